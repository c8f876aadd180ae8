"""The letter to the customer: what ended when, what survives and how to delete it, how to begin again.

It says nothing that is the partner's own: no names of people, no reasons, no refunds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.survivors import survivors
from shared.domain.offboarding.called import domain_of, first_readable, is_forgotten, name_of
from shared.domain.offboarding.paid import OVER, goes_on
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.removal import RemovalState
from shared.domain.offboarding.states import Stage, Status
from shared.report.english import ENGLISH
from shared.report.fates import fate_of, last_done, products, told_at
from shared.report.german import GERMAN
from shared.report.languages import Fate, Language, Opening, Words, moment
from shared.report.leftovers import Survivor, survivor
from shared.report.page import render

WORDS: Mapping[Language, Words] = MappingProxyType({Language.ENGLISH: ENGLISH, Language.GERMAN: GERMAN})
_OPENINGS: Mapping[Status, Opening] = MappingProxyType(
    {
        Status.REMOVED: Opening.ENDED,
        Status.ALREADY_REMOVED: Opening.GONE,
        Status.WITHDRAWN: Opening.CALLED_OFF,
        Status.RESTORING: Opening.CALLED_OFF,
        Status.REJECTED: Opening.NOT_HERE,
        Status.JOINED: Opening.NOT_HERE,
    }
)
STILL = frozenset({Fate.RUNS, Fate.RAN, Fate.ENDS, Fate.SUSPENDED_BEFORE, Fate.SET_UP})
"""Their term still runs."""


@dataclass(frozen=True, slots=True)
class Product:
    """One line of the letter; `name` is empty where the kind says all; `until`: when its term ends, where it runs."""

    name: str
    kind: str
    quantity: int | None
    what: str
    until: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says; names are text of others and are put in by the page, escaped."""

    language: Language
    words: Words
    title: str
    over: bool
    about_products: bool
    was_read: bool
    customer: str
    domain: str
    opening: str
    products: tuple[Product, ...]
    survivors: tuple[Survivor, ...]
    again: str
    as_of: str


def letter(head: Offboarding, records: Mapping[str, HoldingRecord], now: datetime, language: Language) -> str:
    """The letter as a page of HTML, as of `now` (aware UTC, business time), or of its end where it has ended."""
    words, over, opening = WORDS[language], head.status in OVER, _opening(head)
    known = not is_forgotten(head)
    name = name_of(head, words.you) if known else words.you
    domain = domain_of(head) if known else ""
    stands = head.updated_at if head.finished else now
    azure = HoldingKind.AZURE_SUBSCRIPTION
    names = {item.holding.id: item.holding.name for item in records.values() if item.holding.kind is azure}
    lines = (head.survivors or survivors(records)) if over else ()
    found = Letter(
        language=language,
        words=words,
        title=words.title if over else words.title_running,
        over=over,
        about_products=opening is not Opening.NOT_HERE or bool(records),
        was_read=over or bool(records) or head.plan is not None,
        customer=name,
        domain=domain if domain != name else "",
        opening=words.openings[opening].format(at=moment(_ended_at(head) if over else stands, language)),
        products=tuple(_product(record, words, language, head) for record in products(records)),
        survivors=tuple(survivor(line, language, names) for line in lines),
        again=head.reestablish_url if over else "",
        as_of=words.as_of.format(at=moment(stands, language)),
    )
    return render("letter.html", letter=found)


def _opening(head: Offboarding) -> Opening:
    if head.status is Status.STOPPED and head.reason is not None and head.reason.code is ReasonCode.CAME_BACK:
        return Opening.CAME_BACK
    if head.finished or head.status is Status.RESTORING:
        return _OPENINGS.get(head.status, Opening.NOT_ENDED)
    accepted = head.removal is not None and head.removal.state is RemovalState.ACCEPTED
    if head.stage is Stage.CONFIRM and accepted:
        return Opening.LEAVING
    return Opening.ENDING if head.begun_at is not None else Opening.NOT_ENDED


def _ended_at(head: Offboarding) -> datetime:
    """When the end was accepted, where it was ours and that is known; else when it was seen."""
    call = head.removal
    if head.status is Status.REMOVED and call is not None and call.state is RemovalState.ACCEPTED:
        return call.answered_at or head.updated_at
    return head.updated_at


def _product(record: HoldingRecord, words: Words, language: Language, head: Offboarding) -> Product:
    holding = record.holding
    fate, at = fate_of(record, over=head.status in OVER, goes_on=goes_on(head))
    what = words.fates[fate].format(at=moment(at, language) if at is not None else "")
    # What was cancelled is shown with no units left; the customer had some.
    had = record.before.quantity if record.before is not None else None
    back = last_done(record, frozenset({ActionKind.REDUCE_SEATS}))
    if back is not None and back.target is not None and had is not None and had > back.target:
        given = words.seats.format(count=had - back.target, had=had, at=moment(told_at(back), language))
        what = f"{what}; {given}"
    named = holding.kind is not HoldingKind.OPEN_TRANSFER
    end = holding.term_end if fate in STILL else None
    return Product(
        name=first_readable(holding.name) if named else "",
        kind=words.kinds[holding.kind],
        quantity=(holding.quantity or had) if holding.kind is not HoldingKind.AZURE_PLAN else None,
        what=what,
        until=moment(end, language) if end is not None else "",
    )
