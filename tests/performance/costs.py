"""What an offboarding costs besides waiting for answers: CPU, requests to Azure Tables, and a sweep of a waiting fleet.

    python -m tests.performance.costs             tables in Markdown on standard output, a minute
    python -m tests.performance.costs --rounds 5  more rounds of what is timed

CPU is that of this process, the simulated tenant included, by the number of holdings: twice as many should cost twice
as much. Requests are counted where the SDK sends them, against Azurite; without Azurite that table is left out. A sweep
is counted in steps of SQLite's virtual machine, each of which touches one row or index entry at most.

Exit codes: 0 measured; 1 an offboarding did not end as removed, or a large fleet costs a sweep more than a small one.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from azure.core.pipeline.transport import RequestsTransport

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.adapters.stores.table import TableStore
from shared.domain.offboarding.states import Status
from tests.contract.store.conftest import new_table
from tests.contract.store.emulator import Emulator, why_not
from tests.contract.store.test_due_fleet import FLEET, steps
from tests.performance.pipeline import Pipeline
from tests.performance.tenant import simulated

HOLDINGS = (25, 50, 100, 200)
ON_TABLES = (1, 5, 20)
SMALL = 100


class Counting(RequestsTransport):  # type: ignore[misc]  # azure-core exports it lazily, without its type
    """Counts what is sent: a POST of $batch is a transaction."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Counter[str] = Counter()

    def send(self, request: Any, **options: Any) -> Any:
        self.sent["transactions" if "$batch" in request.url else "reads" if request.method == "GET" else "others"] += 1
        return super().send(request, **options)


def cpu(holdings: int) -> float:
    """Seconds of this process for one offboarding in the in-memory world, from the request to the proof; raises
    AssertionError unless it ends as removed."""
    customer = b.customer("Busy", *(b.nce(name=f"Licence {number}") for number in range(holdings)))
    world = World(customer)
    request = world.ask(customer)
    began = time.process_time()
    world.run()
    seconds = time.process_time() - began
    assert world.offboarding(request).status is Status.REMOVED, world.offboarding(request).reason
    return seconds


def on_tables(folder: Path, emulator: Emulator) -> dict[int, Counter[str]]:
    """Requests to the table service until the removal is answered, by the number of licences; one offboarding before
    makes the table."""
    counting = Counting()
    store = TableStore(emulator.service(counting), table=new_table())
    customers = {str(number): number for number in ON_TABLES}
    counted = {}
    with simulated(folder, {"before": 1, **customers}) as tenant:
        pipeline = Pipeline(store, tenant)
        pipeline.remove("before")
        for name, number in customers.items():
            counting.sent.clear()
            pipeline.remove(name)
            counted[number] = Counter(counting.sent)
    return counted


def main(arguments: Sequence[str]) -> int:
    """Measure, count and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args(arguments).rounds
    logging.disable(logging.CRITICAL)
    lines = ["| holdings | CPU | for each holding |", "|---|---|---|"]
    cpu(HOLDINGS[0])
    taken = [{number: cpu(number) for number in HOLDINGS} for _ in range(rounds)]
    for number in HOLDINGS:
        seconds = median(one[number] for one in taken)
        lines.append(f"| {number} | {seconds:.2f} s | {1000 * seconds / number:.1f} ms |")
    with tempfile.TemporaryDirectory() as folder:
        lines += _tables(Path(folder))
        small, large = (steps(Path(folder) / f"{fleet}.sqlite3", fleet) for fleet in (SMALL, FLEET))
    lines += ["", "| waiting | steps of a sweep's reads, 4 due |", "|---|---|"]
    lines += [f"| {SMALL} | {sum(small)} |", f"| {FLEET} | {sum(large)} |"]
    sys.stdout.write("\n".join(lines) + "\n")
    return int(large > small)


def _tables(folder: Path) -> list[str]:
    reason = why_not()
    if reason:
        return ["", f"Azure Tables: {reason}"]
    emulator = Emulator.start(folder)
    try:
        counted = on_tables(folder, emulator)
    finally:
        emulator.stop()
    lines = ["", "| licences | transactions | reads |", "|---|---|---|"]
    return lines + [f"| {number} | {sent['transactions']} | {sent['reads']} |" for number, sent in counted.items()]


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except AssertionError as error:
        sys.exit(f"costs: {error}")
