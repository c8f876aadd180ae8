"""The sentences about what a withdrawal cannot put back, each with what to do to have it again."""

from __future__ import annotations

from shared.domain.decisions.blockers import RESTORES, ActionKind
from shared.domain.decisions.phrases import PHRASES
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.wording import count_of, day, shorten

BY_HAND = "Put it back by hand in Partner Center."
BOUGHT_AGAIN = {
    HoldingKind.RESERVATION: "Buy the reservation again in Azure, if the customer needs it",
    HoldingKind.PERPETUAL_SOFTWARE: "Order the software again, if the customer needs it",
    HoldingKind.MARKETPLACE: "Buy it again in the marketplace, if the customer needs it",
}


def ended(record: HoldingRecord) -> NotRestored:
    """It has ended by our write, or with its term."""
    holding = record.holding
    ours = [item for item in record.actions if item.kind not in RESTORES]
    shown = holding.raw_status or holding.status.value
    if ours and ours[-1].kind is ActionKind.END_AT_TERM and holding.term_end is not None:
        return _item(record, f"ended with its term on {day(holding.term_end)} and is {shown!r}", _again(record))
    how = PHRASES[ours[-1].kind] if ours else "end of its base subscription"
    return _item(record, f"is {shown!r} after the {how}, which nothing takes back", _again(record))


def seats(record: HoldingRecord, fewer: int) -> NotRestored:
    """Some of its seats were given back."""
    why = f"has {count_of(fewer, 'seat')} fewer, which were given back"
    return _item(record, why, f"Add {count_of(fewer, 'seat')} to {record.holding.name}, if the customer needs them.")


def vanished(record: HoldingRecord) -> NotRestored:
    """It is not listed any more."""
    return _item(record, "is not listed any more since it was written to", _again(record))


def refused(record: HoldingRecord, text: str, advice: str) -> NotRestored:
    """Microsoft does not put it back."""
    return _item(record, shorten(text, 400), advice.replace(", then resume.", ".") or BY_HAND)


def without_parent(record: HoldingRecord, above: HoldingRecord) -> NotRestored:
    """What it belongs to is not back, and cannot be."""
    return _item(record, f"cannot be switched on without {above.holding.name}, which is not back", _again(record))


def was_off(record: HoldingRecord, was: HoldingStatus) -> NotRestored:
    """Switching it on would do more than undo."""
    what = "Switch it on in Azure, if it is needed; its administrator can while its plan is active."
    return _item(record, f"was {was.value} before it was cancelled, and was not switched on", what)


def relationship_gone(record: HoldingRecord) -> NotRestored:
    """The customer is not this partner's any more."""
    what = "Invite the customer again with a relationship request, then put it back by hand."
    return _item(record, "was written to, and cannot be reached: the relationship has ended", what)


def _again(record: HoldingRecord) -> str:
    units, holding = _units(record), record.holding
    what = BOUGHT_AGAIN.get(holding.kind, "Buy it again, if the customer needs it")
    return f"{what}: {f'{units} × ' if units else ''}{holding.name}."


def _item(record: HoldingRecord, why: str, what_to_do: str) -> NotRestored:
    holding = record.holding
    return NotRestored(holding.key, holding.name, _units(record), why, what_to_do)


def _units(record: HoldingRecord) -> int | None:
    return record.before.quantity if record.before is not None else record.holding.quantity
