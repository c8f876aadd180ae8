"""The people of the scenario, with tokens: for the host, which checks them, and for whoever tries things out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests

from local.stack.errors import StackError
from local.stack.folder import write_private

TIMEOUT = 10


@dataclass(frozen=True, slots=True)
class Person:
    """One of them; `token` is for `Authorization: Bearer`."""

    name: str
    object_id: str
    roles: tuple[str, ...]
    token: str

    def shown(self) -> dict[str, Any]:
        """As `up --json` prints it."""
        return {"name": self.name, "objectId": self.object_id, "roles": list(self.roles), "token": self.token}


def keep_people(simulator: str, file: Path) -> tuple[Person, ...]:
    """Ask the simulated tenant and write the file that the host wants; raises StackError."""
    try:
        answer = requests.get(f"{simulator}/_simulator/people", timeout=TIMEOUT)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
    except (requests.RequestException, ValueError):
        raise StackError("the partner simulator did not say which people there are", 3) from None
    write_private(file, json.dumps(found))
    return tuple(Person(one["name"], one["objectId"], tuple(one["roles"]), one["token"]) for one in found["people"])
