"""What telemetry costs: nothing where it is off, and how much where it is on.

`python -m tests.performance.telemetry`: the same offboardings with telemetry off and on in turn, CPU of one process
with the tenant; the median of each. Off is also counted: what an offboarding passes, times what one takes.
"""

import logging
import statistics
import sys
import time
from collections.abc import Callable

from local.world.world import World
from shared.ports.telemetry import OFF, Metric, Off, Property, SpanKind, use_telemetry
from tests.functional.customers import removable
from tests.unit.support.told import telling

ROUNDS, PASSINGS = 9, 200_000
AT_MOST = 0.005
"""Share of an offboarding that telemetry may take where it is off."""
CUSTOMER = removable("Measured")


class Counted(Off):
    """Off, and counts what it is asked."""

    def __init__(self) -> None:
        self.passed = 0

    def span(self, *given: object, **named: object):  # type: ignore[no-untyped-def]
        self.passed += 1
        return super().span(*given, **named)

    def measure(self, *given: object) -> None:
        self.passed += 1
        super().measure(*given)


def offboard() -> None:
    world = World(CUSTOMER)
    world.ask(CUSTOMER)
    world.run()


def told() -> None:
    with telling():
        offboard()


def cpu(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def one_passing() -> float:
    """Seconds of a span and a measurement that nobody sees."""
    began = time.process_time()
    for _ in range(PASSINGS):
        with OFF.span("call", {Property.STAGE: "plan"}, SpanKind.CALL) as span:
            span.say({Property.STATUS: "x"})
        OFF.measure(Metric.CALLS, 1, {Property.STAGE: "plan"})
    return (time.process_time() - began) / (2 * PASSINGS)


def main() -> int:
    """Prints the table; 1 if it costs more than it may where it is off."""
    # The lines are written in both, as they are in Azure.
    logging.getLogger("offboarding").setLevel(logging.INFO)
    logging.getLogger("offboarding").addHandler(logging.NullHandler())
    offboard()
    told()
    off, on = zip(*((cpu(offboard), cpu(told)) for _ in range(ROUNDS)), strict=True)
    counted = Counted()
    before = use_telemetry(counted)
    offboard()
    use_telemetry(before)
    base, share = statistics.median(off), counted.passed * one_passing() / statistics.median(off)
    sys.stdout.write(f"off: {counted.passed} passings, {share:.2%} of an offboarding\n")
    sys.stdout.write(f"on, into memory: {statistics.median(on) / base:.2f} x\n")
    return int(share > AT_MOST)


if __name__ == "__main__":
    sys.exit(main())
