"""Lists of offboardings: what may be asked for, in which order, and where a page ends.

Every store answers the same: it keeps a `Listed` beside each head and compares with it, so that no page needs the
heads that it does not show.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.needs import SOON, asked_of, needs_of, window_closes_at
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status

LAST_CURSOR = 2**53
LONGEST_NAME = 128
"""Characters of a name that count in the order by customer; the cursor of a page carries them."""
LONGEST_TEXT = 16_000
"""Characters that a search looks at; a property of Azure Tables holds 32 768."""
NEVER = "~"
"""Sorts after every moment."""
NOT_KEPT = ""
"""Of an earlier version, which kept nothing of windows: the head tells."""
ASKS = "asks"
"""In place of a window: a person is asked for, whatever the time."""


class Order(StrEnum):
    """How a list is sorted; with a minus, backwards. What is equal is in the order of its creation."""

    CREATED = "created"
    NEWEST = "-created"
    UPDATED = "updated"
    LATEST = "-updated"
    DUE = "due"
    LAST_DUE = "-due"
    CUSTOMER = "customer"
    LAST_CUSTOMER = "-customer"

    @property
    def descending(self) -> bool:
        """Backwards."""
        return self.value.startswith("-")

    @property
    def by(self) -> str:
        """What it is sorted by, whatever the direction."""
        return self.value.removeprefix("-")


@dataclass(frozen=True, slots=True)
class Listed:
    """What lists compare, as texts that sort as they should. `words`: what a search looks at, without case. `closes`:
    when a window closes of which a person is told, or ASKS."""

    updated: str
    due: str
    customer: str
    requested_by: str
    words: str
    closes: str = NOT_KEPT

    def key(self, order: Order) -> str:
        """By what it is sorted; all are equal by creation, where the place in the list decides alone."""
        return {"updated": self.updated, "due": self.due, "customer": self.customer}.get(order.by, "")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which offboardings to list. `after` is the cursor of the page before, of the same order.

    `updated_since`: changed then or later. `due_before`: due (see `due_at`) earlier than that. Both are business time.
    `text`: part of what `Listed.words` has. `requested_by`: the whole of it. Neither minds upper or lower case.
    `batch_id`: the whole of it, as it is spelled. `product`: what a holding of it is, or ever was (`is_of`); the stores
    keep that beside the head, so `matches` does not tell. `needed_at`: only what needs a person at that moment.
    `dry_run`: only dry runs, or none.
    """

    statuses: tuple[Status, ...] = ()
    customer_id: str | None = None
    limit: int = 50
    after: str | None = None
    updated_since: datetime | None = None
    due_before: datetime | None = None
    text: str = ""
    requested_by: str = ""
    batch_id: str | None = None
    product: str = ""
    needed_at: datetime | None = None
    dry_run: bool | None = None
    order: Order = Order.NEWEST

    @property
    def compares(self) -> bool:
        """It needs more than the lists by status and customer, newest first."""
        dated = self.updated_since is not None or self.due_before is not None
        looks = self.text or self.requested_by or self.product or self.needed_at is not None
        return dated or bool(looks) or self.order is not Order.NEWEST

    def admits(self, listed: Listed) -> bool:
        """Whether it may be shown, as far as this tells."""
        if self.updated_since is not None and listed.updated < sortable(self.updated_since):
            return False
        if self.due_before is not None and listed.due >= sortable(self.due_before):
            return False
        if self.requested_by and listed.requested_by != self.requested_by.casefold():
            return False
        return self.text.casefold() in listed.words

    def needs(self, listed: Listed) -> bool:
        """Whether a person is asked for, or a window closes so soon that one is needed, as far as this tells."""
        if self.needed_at is None or listed.closes in (NOT_KEPT, ASKS):
            return True
        return sortable(self.needed_at) <= listed.closes <= sortable(self.needed_at + SOON)

    def matches(self, head: Offboarding) -> bool:
        """Whether it is shown."""
        if self.statuses and head.status not in self.statuses:
            return False
        if self.batch_id not in (None, head.request.batch_id):
            return False
        if self.dry_run not in (None, head.request.dry_run):
            return False
        if self.needed_at is not None and not needs_of(head, self.needed_at):
            return False
        return self.customer_id in (None, head.customer_id) and self.admits(listed(head))

    def follows(self, cursor: Cursor | None, key: str, position: int) -> bool:
        """Whether something comes after the page that ended at `cursor`."""
        if cursor is None:
            return True
        mine, last = (key, position), (cursor.key, cursor.position)
        return mine < last if self.order.descending else mine > last


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page ended: by what it was sorted, and the place of its last offboarding."""

    position: int
    key: str = ""

    def text(self, order: Order) -> str:
        """As a caller hands it back: a number by creation, else for us alone."""
        if order.by == "created":
            return str(self.position)
        said = json.dumps([order.value, self.key, self.position], separators=(",", ":"))
        return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of offboardings and the cursor of the next one, if any."""

    items: tuple[Offboarding, ...]
    next: str | None


def listed(head: Offboarding) -> Listed:
    """What lists compare of an offboarding."""
    request, customer = head.request, head.customer
    found = (customer.company_name, customer.domain) if customer else ()
    named = (request.company_name, request.domain)
    reasons = (request.reason, request.approval_reference, head.reason.text if head.reason else None)
    words = (*found, *named, request.request_id, request.correlation_id, request.batch_id, *reasons)
    name = next((item for item in (*found, *named) if item), "")
    due, closes = due_at(head), window_closes_at(head)
    return Listed(
        updated=sortable(head.updated_at),
        due=sortable(due) if due is not None else NEVER,
        customer=name.casefold()[:LONGEST_NAME],
        requested_by=request.requested_by.casefold(),
        words="\n".join(dict.fromkeys(word.casefold() for word in words if word))[:LONGEST_TEXT],
        closes=ASKS if asked_of(head) is not None else sortable(closes) if closes is not None else NEVER,
    )


def due_at(head: Offboarding) -> datetime | None:
    """When something happens next: the pipeline looks again or, where nothing has been written yet, the first
    cancellation window of its plan closes before that. None once it has ended."""
    if head.finished:
        return None
    closes = head.plan.first_window_closes_at if head.plan is not None and head.begun_at is None else None
    return min((at for at in (head.next_attempt_at, closes) if at is not None), default=None)


def read_cursor(text: str | None, order: Order = Order.NEWEST) -> Cursor | None:
    """What a cursor says; raises InvalidRequestError for what no page of this order ever named as its next one."""
    if text is None:
        return None
    found = _number(text) if order.by == "created" else _sorted(text, order)
    if found is None:
        rule = f"must be the cursor of an earlier page of the same list (sort={order.value})"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "after", rule, text)
    return found


def _number(text: str) -> Cursor | None:
    plain = text.isascii() and text.isdigit() and len(text) <= 16
    return Cursor(int(text)) if plain and 1 <= int(text) <= LAST_CURSOR else None


def _sorted(text: str, order: Order) -> Cursor | None:
    try:
        said = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, RecursionError):
        return None
    match said:
        case [order.value, str() as key, int() as position]:
            found = Cursor(position, key)
        case _:
            return None
    # Whatever decodes to the same is not what a page named: one spelling alone is ours.
    ours = 1 <= position <= LAST_CURSOR and found.text(order) == text
    # Half a pair of surrogates can be written in JSON, and in no store.
    return found if ours and not any("\ud800" <= sign <= "\udfff" for sign in key) else None


def sortable(moment: datetime) -> str:
    """One width, so that the texts sort as the moments do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
