"""What a subscription shows of its cancellation window besides the date.

These fields decide only whether one more cancellation is tried. One that cannot be read is taken for absent, or for
without a date: it must not make a whole inventory unreadable.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypedDict, TypeVar

from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import Refundable

T = TypeVar("T")
NOTHING: tuple[Record, ...] = ()
NO_WORDS: tuple[str, ...] = ()


class Signs(TypedDict):
    """The fields of a subscription that are read here."""

    created_at: datetime | None
    started_at: datetime | None
    term_duration: str
    refunds_until: tuple[datetime | None, ...]
    refundable: Refundable | None
    allowed: tuple[str, ...]


def window_signs(record: Record) -> Signs:
    """refundOptions, refundableQuantity, actions, and what tells the age of the term."""
    return Signs(
        created_at=_moment(record, "creationDate"),
        started_at=_moment(record, "effectiveStartDate"),
        term_duration=_read(lambda: record.text("termDuration"), None) or "",
        refunds_until=tuple(_expiry(item) for item in _read(lambda: record.children("refundOptions"), NOTHING)),
        refundable=_read(lambda: _refundable(record), None),
        allowed=_read(lambda: record.texts("actions"), NO_WORDS),
    )


def _expiry(option: Record) -> datetime | None:
    # The table of the page says expiresAfter, its samples say expiresAt.
    return _moment(option, "expiresAt") or _moment(option, "expiresAfter")


def _refundable(record: Record) -> Refundable | None:
    shown = record.child("refundableQuantity")
    total = shown.integer("totalQuantity")
    if total is None:
        return None
    details = _read(lambda: shown.children("details"), NOTHING)
    return Refundable(
        total, tuple((item.integer("quantity") or 0, _moment(item, "allowedUntilDateTime")) for item in details)
    )


def _moment(record: Record, name: str) -> datetime | None:
    return _read(lambda: record.moment(name), None)


def _read(read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except UnreadableAnswerError:
        return otherwise
