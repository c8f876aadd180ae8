"""A simulated tenant that answers over loopback HTTP, late by a given time, and what a caller measures of its calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.stack.child import Child, python

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 16


class Calls(HTTPAdapter):
    """Counts the calls, and how many of them had to follow one another: the critical path of whoever makes them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        super().__init__(pool_maxsize=CONNECTIONS)
        self.begin()

    def begin(self) -> None:
        """Count from here."""
        self.made = self.in_a_row = 0
        self.began = self.ended = time.perf_counter()

    def send(self, *args: Any, **options: Any) -> requests.Response:
        with self._lock:
            self.made += 1
            place = self.in_a_row + 1
        answer = super().send(*args, **options)
        with self._lock:
            self.in_a_row, self.ended = max(self.in_a_row, place), time.perf_counter()
        return answer

    @property
    def seconds(self) -> float:
        """From the beginning to the end of the last call."""
        return self.ended - self.began


class Tenant:
    """Customers by name, each with licences that can still be cancelled."""

    def __init__(self, url: str, scenario: Scenario) -> None:
        self.url, self.scenario = url, scenario
        state = requests.get(f"{url}/_simulator/state", timeout=30).json()
        self._customers = {item["name"]: item for item in state["customers"]}

    def customer(self, name: str) -> dict[str, Any]:
        """Its id and domain."""
        found: dict[str, Any] = self._customers[name]
        return found

    def not_removed(self, names: Sequence[str]) -> list[str]:
        """Those whose relationship goes on; what Partner Center shows may lag behind."""
        state = requests.get(f"{self.url}/_simulator/state", timeout=30).json()
        kept = {item["name"] for item in state["customers"] if item["relationship"] != "none"}
        return [name for name in names if name in kept]

    def delay(self, seconds: float) -> None:
        """Every answer from now on is late by so much; how the sign-in answers stays as it is."""
        match = {"pathRegex": r"^/v1(\.0)?/", "times": None}
        rule = {"match": match, "action": {"type": "delay", "seconds": seconds}}
        requests.post(f"{self.url}/_simulator/faults", json=[rule], timeout=30).raise_for_status()


@contextmanager
def simulated(folder: Path, licences: dict[str, int]) -> Iterator[Tenant]:
    """A simulator in a process of its own; `licences`: name of a customer to how many it holds."""
    scenario = Scenario(customers=tuple(_customer(name, number) for name, number in licences.items()))
    file = folder / "scenario.json"
    file.write_text(scenario.model_dump_json(by_alias=True), encoding="utf-8")
    arguments = ["--scenario", str(file), "--data", str(folder / "tenant")]
    child = Child("simulator", python("local.simulator", arguments), folder / "simulator.log", ROOT)
    try:
        yield Tenant(str(child.ready()["url"]), scenario)
    finally:
        child.stop()


def _customer(name: str, licences: int) -> CustomerSpec:
    return b.customer(name, *(b.nce(name=f"Licence {number}") for number in range(licences)))


def session_of(calls: Calls) -> requests.Session:
    """A session whose calls are counted."""
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", calls)
    return session
