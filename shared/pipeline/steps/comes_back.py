"""What comes back, for the plan: seats that can still be given back, and refunds as far as Azure tells them."""

from __future__ import annotations

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.decisions import decide_all
from shared.domain.wording import first_of
from shared.pipeline.core.session import Session

UNASKED = "the request does not ask for it (reduceSeats)"


def comes_back(session: Session) -> str:
    """Seats and refunds; "" where there are none."""
    return "; ".join(part for part in (_seats(session), _refunds(session)) if part)


def _seats(session: Session) -> str:
    found = [
        decision.seats.text(session.records[key].holding.name)
        for key, decision in decide_all(session.situation).items()
        if decision.seats is not None
    ]
    asked = "" if session.offboarding.request.reduce_seats or not found else f"; {UNASKED}"
    return first_of(found, 3, "; ") + asked


def _refunds(session: Session) -> str:
    decisions = decide_all(session.situation)
    found = [
        f"{record.refund.money.text} for {record.holding.name}"
        for key, record in session.records.items()
        if record.refund is not None and decisions[key].action is ActionKind.RETURN_RESERVATION
    ]
    return f"refunds as quoted: {first_of(found, 3)}" if found else ""
