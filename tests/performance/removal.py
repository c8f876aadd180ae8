"""How long an offboarding takes until the PATCH that ends the relationship, against two loops that a script would make.

    python -m tests.performance.removal                     a table in Markdown on standard output, two minutes
    python -m tests.performance.removal --rounds 5 --licences 1 5

All three talk to the simulator over loopback HTTP, whose every answer is late by the same time (100 ms). They take
turns, customer by customer, in one run. The careful loop reads each resource right before its PATCH; the lean one makes
the fewest calls that can end a relationship at all: one list, the cancellations, the removal. Neither proves anything,
stores anything, or can be called off. The pipeline runs with a SQLite file and its queues in memory; sign-in and
preflight were done for an earlier customer, as in a process that is at work. The limit of calls a minute is lifted for
all: it is a choice, and would hold up whoever makes more calls than are allowed at once.

A critical path is the longest chain of calls that had to follow one another, times the delay.

Exit codes: 0 measured; 1 a relationship was not ended, or the pipeline is slower than it may be; 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import requests

from shared.adapters.http.tokens import Audience
from shared.adapters.stores.sqlite import SqliteStore
from tests.performance.pipeline import Pipeline
from tests.performance.tenant import Calls, Tenant, session_of, simulated

DELAY = 0.1
LICENCES = (1, 5, 20, 50)
SLOWEST_OF_LEAN = {5: 0.90, 20: 0.50}
"""By licences: the pipeline's time divided by the lean loop's, at most."""
OVER_THE_PATH = 1.25
"""Seconds divided by the critical path, at most."""
END = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}


@dataclass(frozen=True, slots=True)
class Taken:
    """One run of one of them."""

    calls: int
    in_a_row: int
    seconds: float

    @property
    def over_the_path(self) -> float:
        return self.seconds / (self.in_a_row * DELAY)


class Loop:
    """What a script does that was written in an afternoon, with a token that is at hand."""

    def __init__(self, tenant: Tenant, token: str, *, careful: bool) -> None:
        self._url, self._careful, self._calls = f"{tenant.url}/v1/customers", careful, Calls()
        self._session = session_of(self._calls)
        self._session.headers["Authorization"] = f"Bearer {token}"
        self._tenant = tenant

    def run(self, name: str) -> Taken:
        """End the relationship with one customer."""
        customer = f"{self._url}/{self._tenant.customer(name)['id']}"
        self._calls.begin()
        for item in self._call("GET", f"{customer}/subscriptions")["items"]:
            one = f"{customer}/subscriptions/{item['id']}"
            body = self._call("GET", one) if self._careful else item
            self._call("PATCH", one, {**body, "status": "deleted"})
        if self._careful:
            self._call("GET", customer)
        self._call("PATCH", customer, END)
        return Taken(self._calls.made, self._calls.in_a_row, self._calls.seconds)

    def _call(self, method: str, url: str, body: object = None) -> dict[str, Any]:
        answer = self._session.request(method, url, json=body, timeout=30)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def measured(pipeline: Pipeline, name: str) -> Taken:
    """The pipeline's own way, from the request to the answer to the removal."""
    pipeline.calls.begin()
    pipeline.remove(name)
    return Taken(pipeline.calls.made, pipeline.calls.in_a_row, pipeline.calls.seconds)


def race(folder: Path, licences: Sequence[int], rounds: int) -> dict[str, dict[int, list[Taken]]]:
    """Every contestant on customers of its own, in turns."""
    names = ("pipeline", "careful loop", "lean loop")
    customers = {f"{who} {number} {turn}": number for number in licences for turn in range(rounds) for who in names}
    with simulated(folder, {"before": 2, **customers}) as tenant:
        store = SqliteStore(folder / "offboardings.sqlite3")
        pipeline = Pipeline(store, tenant)
        pipeline.remove("before")
        token = pipeline.token(Audience.PARTNER_CENTER)
        run: dict[str, Callable[[str], Taken]] = {
            "pipeline": lambda name: measured(pipeline, name),
            "careful loop": Loop(tenant, token, careful=True).run,
            "lean loop": Loop(tenant, token, careful=False).run,
        }
        tenant.delay(DELAY)
        taken: dict[str, dict[int, list[Taken]]] = {who: {number: [] for number in licences} for who in names}
        for name, number in customers.items():
            who = name.rsplit(" ", 2)[0]
            taken[who][number].append(run[who](name))
        store.close()
        left = tenant.not_removed(list(customers))
    if left:
        raise AssertionError(f"the relationship goes on: {', '.join(left)}")
    return taken


def _row(who: str, number: int, runs: Sequence[Taken], lean: float) -> str:
    seconds = median(run.seconds for run in runs)
    path, over = runs[0].in_a_row * DELAY, median(run.over_the_path for run in runs)
    figures = f"{runs[0].calls} | {seconds:.2f} | {path:.1f} | {over:.2f} | {seconds / lean:.2f}"
    return f"| {number} | {who} | {figures} |"


def main(arguments: Sequence[str]) -> int:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--licences", type=int, nargs="+", default=list(LICENCES))
    options = parser.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        taken = race(Path(folder), options.licences, options.rounds)
    lines = [
        "| licences | who | calls | seconds | critical path | seconds / critical path | seconds / lean loop |",
        "|---|---|---|---|---|---|---|",
    ]
    slow = []
    for number in options.licences:
        lean = median(run.seconds for run in taken["lean loop"][number])
        lines += [_row(who, number, taken[who][number], lean) for who in taken]
        ours = taken["pipeline"][number]
        ratio, over = median(run.seconds for run in ours) / lean, median(run.over_the_path for run in ours)
        if ratio > SLOWEST_OF_LEAN.get(number, ratio) or over > OVER_THE_PATH:
            slow.append(f"{number} licences: {ratio:.2f} of the lean loop, {over:.2f} of the critical path")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stderr.write("".join(f"too slow: {text}\n" for text in slow))
    return int(bool(slow))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (AssertionError, requests.RequestException) as error:
        sys.exit(f"removal: {error}")
