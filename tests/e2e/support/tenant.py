"""The simulated partner tenant as an observer sees it: its state, its journal, its clock, its fault rules."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import requests

from tests.e2e.support.stack import Addresses

TIMEOUT = 20
PARTNER = "9a57e000-0000-4000-8000-00000009a57e"
SIGN_IN = {
    "grant_type": "refresh_token",
    "client_id": "c11e0000-0000-4000-8000-00000000c11e",
    "client_secret": "not-a-real-client-secret",
    "refresh_token": "not-a-real-refresh-token",
    "scope": "https://api.partnercenter.microsoft.com/user_impersonation",
}


class Tenant:
    """Everything under `/_simulator`, and the customer list as Partner Center shows it."""

    def __init__(self, addresses: Addresses) -> None:
        self._root = addresses.simulator

    def journal(self, customer: str = "") -> list[dict[str, Any]]:
        """Every call that the tenant saw, or those that concern one customer."""
        answer = requests.get(f"{self._root}/_simulator/journal", timeout=TIMEOUT)
        entries: list[dict[str, Any]] = [json.loads(line) for line in answer.text.splitlines() if line]
        return [entry for entry in entries if customer in ("", entry["customer"])]

    def effects(self, customer: str) -> list[tuple[str, str]]:
        """(effect, holding) of everything that changed something at one customer, in order."""
        found = [effect for entry in self.journal(customer) for effect in entry["effects"]]
        return [(str(effect["effect"]), str(effect["holding"])) for effect in found]

    def removals(self, customer: str) -> list[dict[str, Any]]:
        """Every removal that was asked for, granted or refused: the PATCHes of the customer itself."""
        path = f"/v1/customers/{customer}"
        return [entry for entry in self.journal(customer) if entry["method"] == "PATCH" and entry["path"] == path]

    def state(self) -> dict[str, Any]:
        """What is true now."""
        found: dict[str, Any] = requests.get(f"{self._root}/_simulator/state", timeout=TIMEOUT).json()
        return found

    def customer(self, name: str) -> dict[str, Any]:
        """One customer with everything that it holds."""
        found: list[dict[str, Any]] = [one for one in self.state()["customers"] if one["name"] == name]
        assert len(found) == 1, f"no customer {name}"
        return found[0]

    def listed(self) -> set[str]:
        """The tenant ids of the customer list, read page by page with a sign-in of our own."""
        url = f"{self._root}/{PARTNER}/oauth2/v2.0/token"
        token = requests.post(url, data=SIGN_IN, timeout=TIMEOUT).json()["access_token"]
        headers, found = {"Authorization": f"Bearer {token}", "Accept": "application/json"}, set[str]()
        link: dict[str, Any] | None = {"uri": "/customers?size=500", "headers": []}
        while link is not None:
            more = {item["key"]: item["value"] for item in link["headers"]}
            page = requests.get(f"{self._root}/v1{link['uri']}", headers=headers | more, timeout=TIMEOUT)
            page.encoding = "utf-8-sig"
            shown = json.loads(page.text)
            found |= {str(item["id"]).lower() for item in shown["items"]}
            link = shown.get("links", {}).get("next")
        return found

    def now(self) -> datetime:
        """Business time."""
        answer = requests.get(f"{self._root}/_simulator/clock", timeout=TIMEOUT)
        return datetime.fromisoformat(answer.json()["now"])

    def advance_to(self, moment: datetime) -> None:
        """Move business time of the whole stack."""
        self._post("clock", {"to": moment.isoformat()})

    def fault(self, rule: dict[str, Any]) -> None:
        """Arm a fault rule."""
        self._post("faults", rule)

    def clear_faults(self) -> None:
        """Disarm every fault rule."""
        assert requests.delete(f"{self._root}/_simulator/faults", timeout=TIMEOUT).status_code == 200

    def mutate(self, change: dict[str, Any]) -> None:
        """Somebody else changes something in the tenant."""
        self._post("mutate", change)

    def _post(self, what: str, body: object) -> None:
        answer = requests.post(f"{self._root}/_simulator/{what}", json=body, timeout=TIMEOUT)
        assert answer.status_code == 200, answer.text
