"""Whether reservations would be refunded, and by how much: asking changes nothing (I9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.decisions import decide_all
from shared.domain.errors import RefusedError, RemoteError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.money import Money, ToldRefund
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import shorten
from shared.pipeline.core.parallel import run_all
from shared.pipeline.core.session import Session

QUOTES_LAST = timedelta(days=1)
"""Until a price is asked for again, where nothing is decided by it."""


def ask_for_refunds(session: Session) -> None:
    """Price each reservation that would be returned; one that Azure refuses is planned as paid until it expires.

    A dry run would promise too much otherwise, and "stop and report" would begin what it cannot finish.
    """
    # A plan may be made again weeks later: what was refused then is asked for anew.
    unasked = {key: replace(record, no_refund=False) for key, record in session.records.items()}
    decisions = decide_all(replace(session.situation, records=unasked))
    wanted = [record for key, record in unasked.items() if decisions[key].action is ActionKind.RETURN_RESERVATION]
    prices = run_all(session.services.pace.parallel, [partial(_price, session, record) for record in wanted])
    changed = []
    for record, price in zip(wanted, prices, strict=True):
        refused = isinstance(price, RefusedError)
        if isinstance(price, RefusedError):
            _note(session, record, price)
        priced = replace(_quoted(session, record, price), no_refund=refused)
        if priced != session.records[record.holding.key]:
            changed.append(priced)
    if changed:
        session.save(holdings=changed)


def quote_refunds(session: Session) -> None:
    """The same for a plan that is carried out: the amounts are told, and no write depends on them. What Azure would not
    price is tried all the same, and planned as paid until it expires, so that whoever approves is told no less than a
    dry run tells; a price that cannot be read now holds nothing up."""
    decisions, now = decide_all(session.situation), session.services.clock.now()
    first = session.offboarding.plan is None
    wanted = [
        record
        for key, record in session.records.items()
        if decisions[key].action is ActionKind.RETURN_RESERVATION
        and (first if record.refund is None else now >= record.refund.at + QUOTES_LAST)
    ]
    prices = run_all(session.services.pace.parallel, [partial(_price_if_possible, session, item) for item in wanted])
    for record, price in zip(wanted, prices, strict=True):
        if isinstance(price, RefusedError):
            _note(session, record, price)
    found = [_as_answered(session, record, price) for record, price in zip(wanted, prices, strict=True)]
    changed = [record for record in found if record is not session.records[record.holding.key]]
    if changed:
        session.save(holdings=changed)


def _as_answered(session: Session, record: HoldingRecord, price: Money | RefusedError | None) -> HoldingRecord:
    refused = isinstance(price, RefusedError)
    quoted = _quoted(session, record, price)
    return quoted if refused is quoted.quote_refused else replace(quoted, quote_refused=refused)


def _quoted(session: Session, record: HoldingRecord, price: Money | RefusedError | None) -> HoldingRecord:
    if not isinstance(price, Money):
        return record
    return replace(record, refund=ToldRefund(price, session.services.clock.now()))


def _note(session: Session, record: HoldingRecord, why: RefusedError) -> None:
    text = f"{record.holding.name}: {shorten(str(why), 300)}"
    session.note(TimelineEvent.REFUND_REFUSED, text, holding=record.holding.key)


def _price(session: Session, record: HoldingRecord) -> Money | RefusedError | None:
    holding, customer_id = record.holding, session.customer_id
    try:
        return session.services.reservations.price_refund(
            customer_id, holding.parent_id or "", holding.id, holding.quantity or 1
        )
    except RefusedError as error:
        if error.retryable:
            raise
        return error


def _price_if_possible(session: Session, record: HoldingRecord) -> Money | RefusedError | None:
    try:
        return _price(session, record)
    except RemoteError:
        return None
