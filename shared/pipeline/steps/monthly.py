"""Renewals month by month until the start: which holdings have a monthly term, asked of Microsoft and never guessed."""

from __future__ import annotations

from collections.abc import Iterable

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.monthly import cannot_be_monthly, without_a_month
from shared.domain.decisions.renewals import Renewal
from shared.domain.errors import InvalidRequestError, RefusedError
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.next_term import NextTerm
from shared.domain.policy import Renewals
from shared.domain.wording import shorten
from shared.pipeline.core.renewal_warnings import unsettled
from shared.pipeline.core.session import Session


def only_longer(session: Session, coming: Iterable[Renewal]) -> dict[str, str]:
    """By key, why what the request wants renewed month by month cannot be; empty for every other request.

    Raises RemoteError where the catalogue cannot be read now.
    """
    if session.offboarding.request.renewals is not Renewals.MONTHLY:
        return {}
    known: dict[NextTerm, str] = {}
    found = {}
    for item in coming:
        if not unsettled(session, item):
            continue
        holding = session.records[item.key].holding
        why = cannot_be_monthly(holding, item) or _not_sold(session, holding.next_term, known)
        if why:
            found[item.key] = why
    return found


def not_recorded(session: Session, item: Renewal) -> str:
    """Why its renewal month by month is not recorded although it was asked for."""
    last = session.records[item.key].last
    if last is not None and last.kind is ActionKind.RENEW_MONTHLY and last.state is ActionState.REFUSED:
        answer = " ".join(part for part in (str(last.status or ""), last.code, last.detail) if part)
        return f"its renewal month by month was refused: {answer}"
    return "its renewal month by month is not recorded"


def _not_sold(session: Session, term: NextTerm, known: dict[NextTerm, str]) -> str:
    """Licences of one product are looked up once."""
    if term not in known:
        known[term] = _looked_up(session, term)
    return known[term]


def _looked_up(session: Session, term: NextTerm) -> str:
    try:
        lengths = session.services.partner_center.list_terms(session.customer_id, term.product_id, term.sku_id)
    except (RefusedError, InvalidRequestError) as error:
        if error.retryable:
            raise
        return f"its terms cannot be looked up: {shorten(getattr(error, 'sentence', str(error)), 200)}"
    return without_a_month(lengths)
