"""What a long wait costs in the in-memory world: seconds for one year and for three, and for each look of them.

    python -m tests.performance.waits              a table in Markdown on standard output, some seconds
    python -m tests.performance.waits --rounds 9   more rounds

One year and three take turns, so that a ratio compares runs of the same minutes on the same machine. A figure is the
median of the rounds, the ratio that of the rounds' ratios; the fastest and the slowest round stand behind it. A wait
costs its looks and no more, so three years should cost about three times as much as one, and a look the same in both.

Exit codes: 0 measured; 1 an offboarding did not end as removed; 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.states import Status

TERMS = {1: "P1Y", 3: "P3Y"}


@dataclass(frozen=True, slots=True)
class Waited:
    """One run, from the request to the proof of the removal."""

    seconds: float
    looks: int


def wait(years: int) -> Waited:
    """Offboard a customer with one licence whose window is shut; raises AssertionError unless it ends as removed."""
    customer = b.customer("Patient", b.nce(name="Licence", started="-P8D", term=TERMS[years]))
    world = World(customer)
    request = world.ask(customer)
    began = time.perf_counter()
    world.run(steps=20_000)
    seconds = time.perf_counter() - began
    assert world.offboarding(request).status is Status.REMOVED, world.offboarding(request).reason
    return Waited(seconds, len({entry["time"][:10] for entry in world.journal()}))


def _row(name: str, figures: Sequence[float], unit: str) -> str:
    return f"| {name} | {median(figures):.3g} {unit} | {min(figures):.3g} … {max(figures):.3g} |"


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(arguments).rounds
    logging.disable(logging.CRITICAL)
    for years in TERMS:
        wait(years)
    taken = [{years: wait(years) for years in TERMS} for _ in range(rounds)]
    lines = ["| | median | fastest … slowest |", "|---|---|---|"]
    for years in TERMS:
        of_years = [one[years] for one in taken]
        lines.append(_row(f"{years} year(s), {of_years[0].looks} days with a look", [i.seconds for i in of_years], "s"))
        lines.append(_row("of it, each look", [1000 * item.seconds / item.looks for item in of_years], "ms"))
    lines.append(_row("three years : one year", [one[3].seconds / one[1].seconds for one in taken], "×"))
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except AssertionError as error:
        sys.exit(f"waits: {error}")
