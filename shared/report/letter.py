"""The letter to the customer: what ended when, what survives and how to delete it, how to begin again.

It says nothing that is the partner's own: no names of people, no reasons, no refunds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionRecord, HoldingRecord
from shared.domain.holdings.model import HoldingStatus
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.report.held import WORKED
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
    """One line of the letter; `until`: when its term ends (UTC), where it runs on until then."""

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
    at = head.updated_at if over else now
    opening = (words.ended if over else words.not_ended).format(at=f"{at:{words.moment}}")
    name = customer.company_name if customer else head.request.company_name
    found = Letter(
        language=language,
        words=words,
        title=words.title if over else words.title_running,
        over=over,
        customer=name or head.request.domain or head.customer_id or "",
        domain=(customer.domain if customer else head.request.domain) or "",
        opening=opening,
        products=tuple(_products(records.values(), words)),
        survivors=tuple(survivor(line, language) for line in head.survivors) if over else (),
        again=head.reestablish_url if over else "",
    )
    return render("letter.html", letter=found)


def _products(records: Iterable[HoldingRecord], words: Words) -> Iterable[Product]:
    for record in sorted(records, key=lambda item: (item.holding.kind.value, item.holding.name, item.holding.key)):
        holding = record.holding
        what, until = _what(record, words)
        # What was cancelled is shown with no units left; the customer had some.
        had = record.before.quantity if record.before is not None else None
        yield Product(holding.name, words.kinds[holding.kind], holding.quantity or had, what, until)


def _what(record: HoldingRecord, words: Words) -> tuple[str, str]:
    holding = record.holding
    if holding.ended or record.missing_since is not None or holding.quantity == 0:
        done = _done(record, ENDING)
        if done is None:
            return words.expired, ""
        said = words.returned if done.kind is ActionKind.RETURN_RESERVATION else words.cancelled
        return said.format(at=_moment(done, words)), ""
    done = _done(record, frozenset({ActionKind.SUSPEND, ActionKind.SUSPEND_AZURE_PLAN}))
    if holding.status is HoldingStatus.SUSPENDED and done is not None:
        return words.suspended.format(at=_moment(done, words)), ""
    if holding.status is HoldingStatus.SUSPENDED:
        return words.expired, ""
    return words.runs_on, f"{holding.term_end:{words.moment}}" if holding.term_end is not None else ""


def _done(record: HoldingRecord, kinds: frozenset[ActionKind]) -> ActionRecord | None:
    done = [action for action in record.actions if action.kind in kinds and action.state in WORKED]
    return done[-1] if done else None


def _moment(action: ActionRecord, words: Words) -> str:
    return f"{action.answered_at or action.intended_at:{words.moment}}"
