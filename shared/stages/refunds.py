"""Whether reservations would be refunded: asked before anything is promised, because asking changes nothing (I9)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from shared.domain.blockers import ActionKind
from shared.domain.decisions import decide_all
from shared.domain.errors import RefusedError, shorten
from shared.domain.ledger import HoldingRecord
from shared.stages.parallel import run_all
from shared.stages.session import Session


def ask_for_refunds(session: Session) -> None:
    """Price each reservation that would be returned; one that Azure refuses is planned as paid until it expires.

    A dry run would promise too much otherwise, and "stop and report" would begin what it cannot finish.
    """
    services, now = session.services, session.services.clock.now()
    # A plan may be made again weeks later: what was refused then is asked for anew.
    unasked = {key: replace(record, no_refund=False) for key, record in session.records.items()}
    decisions = decide_all(unasked, session.policy, services.pace, now)
    wanted = [record for key, record in unasked.items() if decisions[key].action is ActionKind.RETURN_RESERVATION]
    refusals = run_all(services.pace.parallel, [partial(_refusal, session, record) for record in wanted])
    changed = []
    for record, why in zip(wanted, refusals, strict=True):
        if why is not None:
            session.note("refund.refused", f"{record.holding.name}: {shorten(why, 300)}", holding=record.holding.key)
        if session.records[record.holding.key].no_refund is not (why is not None):
            changed.append(replace(record, no_refund=why is not None))
    if changed:
        session.save(holdings=changed)


def _refusal(session: Session, record: HoldingRecord) -> str | None:
    holding, customer_id = record.holding, session.offboarding.customer_id or ""
    try:
        session.services.reservations.price_refund(
            customer_id, holding.parent_id or "", holding.id, holding.quantity or 1
        )
    except RefusedError as error:
        if error.retryable:
            raise
        return str(error)
    return None
