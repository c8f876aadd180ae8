"""The letter to the customer: what ended when, what survives and how to delete it, how to begin again.

It says nothing that is the partner's own: no names of people, no reasons, no refunds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingStatus
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.wording import stamp
from shared.report.facts import WORKED
from shared.report.languages import WORDS, Language, Survivor, Words, survivor
from shared.report.page import render

ENDING = frozenset(
    {
        ActionKind.CANCEL,
        ActionKind.CANCEL_ORDER,
        ActionKind.RETURN_RESERVATION,
        ActionKind.CANCEL_AZURE_SUBSCRIPTION,
    }
)
ENDED = frozenset({Status.REMOVED, Status.ALREADY_REMOVED})


@dataclass(frozen=True, slots=True)
class Product:
    """One line of the letter; `until` (aware UTC): when its term ends, where it runs on until then."""

    name: str
    kind: str
    quantity: int | None
    what: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Letter:
    """What the letter says; names are text of others and are put in by the page, escaped."""

    language: Language
    words: Words
    customer: str
    domain: str
    opening: str
    products: tuple[Product, ...]
    survivors: tuple[Survivor, ...]
    again: str


def letter(head: Offboarding, records: Mapping[str, HoldingRecord], now: datetime, language: Language) -> str:
    """The letter as a page of HTML, as of `now` (aware UTC, business time)."""
    words, customer = WORDS[language], head.customer
    over = head.status in ENDED
    opening = (words.ended if over else words.not_ended).format(at=stamp(head.updated_at if over else now))
    name = customer.company_name if customer else head.request.company_name
    found = Letter(
        language=language,
        words=words,
        customer=name or head.request.domain or head.customer_id or "",
        domain=(customer.domain if customer else head.request.domain) or "",
        opening=opening,
        products=tuple(_products(records.values(), words)),
        survivors=tuple(survivor(line, language) for line in head.survivors),
        again=head.reestablish_url if over else "",
    )
    return render("letter.html", letter=found)


def _products(records: Iterable[HoldingRecord], words: Words) -> Iterable[Product]:
    for record in sorted(records, key=lambda item: (item.holding.kind.value, item.holding.name, item.holding.key)):
        holding = record.holding
        what, until = _what(record, words)
        yield Product(holding.name, words.kinds[holding.kind], holding.quantity, what, until)


def _what(record: HoldingRecord, words: Words) -> tuple[str, datetime | None]:
    holding = record.holding
    ended = [action for action in record.actions if action.kind in ENDING and action.state in WORKED]
    if ended:
        return words.cancelled.format(at=stamp(ended[-1].answered_at or ended[-1].intended_at)), None
    if holding.ended or record.missing_since is not None:
        return words.expired, None
    if holding.status is HoldingStatus.SUSPENDED:
        return words.suspended, None
    return words.runs_on, holding.term_end
