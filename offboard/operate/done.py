"""What was done to each holding so far, and who approved it, as people read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from offboard.operate.planned import amount, moment, words_of
from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.undo import Undo
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.wording import first_of
from shared.sheets.holdings import STATE_WORDS, state_of

DONE_TITLES = ("HOLDING", "UNITS", "STATUS", "TERM ENDS", "WHAT WAS DONE")
NAMED = 10
TOO_LATE = frozenset({Stage.REMOVE.value, Stage.CONFIRM.value, Stage.RESTORE.value})
"""Stages in which nothing is called off any more, or everything is already."""


def done_rows(found: Mapping[str, Any]) -> Sequence[Sequence[object]]:
    """One row for each holding, under DONE_TITLES; first those to which something was done."""
    items = sorted(found.get("holdings") or (), key=lambda item: not item.get("actions"))
    return [
        (
            item.get("name"),
            item.get("quantity"),
            state_of(item),
            str(item.get("termEndsAt") or "")[:10],
            "; ".join([*map(_done, item.get("actions") or ()), *_refund(item)]) or "nothing",
        )
        for item in items
    ]


def has_done(found: Mapping[str, Any]) -> int:
    """To how many holdings something was done."""
    return sum(bool(item.get("actions")) for item in found.get("holdings") or ())


def undone(found: Mapping[str, Any]) -> Sequence[str]:
    """What `offboard withdraw` would put back, and what stays as it is by now."""
    return tuple(_undone(found)) if may_be_called_off(found) else ()


def refunds(found: Mapping[str, Any]) -> str:
    """What was told to come back, each currency by itself; what was only quoted is not in it."""
    sums: dict[str, Decimal] = {}
    for item in found.get("holdings") or ():
        told = item.get("refunded")
        if told:
            currency = str(told.get("currency"))
            sums[currency] = sums.get(currency, Decimal(0)) + Decimal(str(told.get("amount")))
    return ", ".join(f"{total} {currency} confirmed" for currency, total in sorted(sums.items()))


def _undone(found: Mapping[str, Any]) -> Iterator[str]:
    for word, told in ((Undo.PUT_BACK, "will be put back"), (Undo.STAYS, "stays as it is now")):
        names = [str(item.get("name")) for item in found.get("holdings") or () if item.get("ifWithdrawn") == word]
        if names:
            yield f"If it is withdrawn, {told}: {first_of(names, NAMED)}"


def may_be_called_off(found: Mapping[str, Any]) -> bool:
    """Whether `withdraw` may have a use, as far as the answer tells."""
    status = Status(found["status"])
    return status not in TERMINAL and status is not Status.RESTORING and found.get("stage") not in TOO_LATE


def approved(found: Mapping[str, Any]) -> str:
    """By whom, when and why; and that it is not enough where another one is asked for."""
    given = found.get("approval") or {}
    actor = given.get("actor")
    if not actor:
        return ""
    late = "; another approval is asked for" if found.get("status") == "awaiting_approval" else ""
    return f"{actor.get('name')} ({actor.get('type')}), {moment(given.get('at'))}: {given.get('reason')}{late}"


def _refund(item: Mapping[str, Any]) -> Iterator[str]:
    """Of what was returned: the amount that was told, else the one that was quoted."""
    if item.get("refunded"):
        yield f"refund confirmed: {amount(item['refunded'])}"
    elif item.get("refund") and any(one.get("action") == ActionKind.RETURN_RESERVATION for one in item["actions"]):
        yield f"refund expected: {amount(item['refund'])}, none confirmed"


def _done(action: Mapping[str, Any]) -> str:
    state = str(action.get("state"))
    when = moment(action.get("answeredAt") or action.get("intendedAt"))
    return f"{words_of(str(action.get('action')))}: {STATE_WORDS.get(state, state)}, {when}"
