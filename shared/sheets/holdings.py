"""The holdings that a list has, as a table: the command and the console write the same columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from shared.domain.holdings.ledger import ActionState
from shared.sheets.write import Sheet

COLUMNS = (
    "customer",
    "customerDomain",
    "customerTenantId",
    "product",
    "offerId",
    "key",
    "units",
    "done",
    "lastDoneAt",
    "holdingStatus",
    "termEndsAt",
    "paidUntil",
    "offboardingStatus",
    "dryRun",
    "offboardingId",
    "requestId",
)
NOT_LISTED = "not listed any more"
STATE_WORDS: Mapping[str, str] = {
    ActionState.INTENDED.value: "no answer yet",
    ActionState.ACCEPTED.value: "accepted",
    ActionState.CONFIRMED.value: "done",
    ActionState.POSTPONED.value: "refused for now",
    ActionState.REFUSED.value: "refused",
    ActionState.FORGIVEN.value: "refused, may be tried again",
}
"""What became of a write, as people read it."""


def holdings_sheet(items: Iterable[Mapping[str, Any]]) -> Sheet:
    """The sheet of the `holdings` of `items`, each as the API lists it; a row is made when it is written."""
    return Sheet("Holdings", COLUMNS, _rows(items))


def done_to(holding: Mapping[str, Any]) -> str:
    """What was done to a holding, the first thing first; empty for nothing."""
    actions = holding.get("actions") or ()
    return "; ".join(f"{_words(action.get('action'))}: {_state(action)}" for action in actions)


def last_done_at(holding: Mapping[str, Any]) -> str:
    """When the newest of it was answered, or else asked for; empty for nothing."""
    actions = holding.get("actions") or ()
    return str(actions[-1].get("answeredAt") or actions[-1].get("intendedAt")) if actions else ""


def state_of(holding: Mapping[str, Any]) -> str:
    """As Microsoft called it when it was looked at last."""
    return NOT_LISTED if holding.get("missingSince") else str(holding.get("status"))


def _rows(items: Iterable[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    for item in items:
        customer = item.get("customer") or {}
        for holding in item.get("holdings") or ():
            yield (
                next((customer[name] for name in ("companyName", "domain", "tenantId") if customer.get(name)), None),
                customer.get("domain"),
                customer.get("tenantId"),
                holding.get("name"),
                holding.get("offerId"),
                holding.get("key"),
                holding.get("quantity"),
                done_to(holding),
                _moment(last_done_at(holding)),
                state_of(holding),
                _moment(holding.get("termEndsAt")),
                _moment(holding.get("paidUntil")),
                item.get("status"),
                "true" if item.get("dryRun") else "false",
                item.get("offboardingId"),
                item.get("requestId"),
            )


def _state(action: Mapping[str, Any]) -> str:
    state = str(action.get("state"))
    return STATE_WORDS.get(state, state)


def _words(kind: object) -> str:
    return str(kind).replace("_", " ")


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None
