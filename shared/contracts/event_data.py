"""From the record to what an event or a view tells of it."""

from __future__ import annotations

from shared.contracts.events import (
    ActorData,
    AmountData,
    BlockerData,
    CustomerData,
    EvidenceData,
    NotRestoredData,
    PlanData,
    PlannedData,
    ProofData,
    ReasonData,
)
from shared.domain.decisions.blockers import Blocker, Remedy
from shared.domain.decisions.planned_work import PlannedWork
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.money import Money
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.stops import stops_at_once
from shared.domain.people.actor import Actor


def actor_data(actor: Actor) -> ActorData:
    """The wire form of who acts."""
    return ActorData(type=actor.type.value, id=actor.id, name=actor.name)


def blocker_data(blocker: Blocker) -> BlockerData:
    """The wire form of a blocker."""
    return BlockerData(
        holding=blocker.key,
        name=blocker.name,
        cause=blocker.cause.value,
        detail=blocker.detail,
        what_to_do=blocker.what_to_do or None,
        # When something is looked at again is the offboarding's matter, not the day on which it ends.
        unblocks_at=blocker.until if blocker.remedy is Remedy.DATE else None,
        paid_until=blocker.paid_until,
    )


def plan_data(offboarding: Offboarding) -> PlanData | None:
    """The wire form of the plan, if one was made."""
    plan = offboarding.plan
    if plan is None:
        return None
    return PlanData(
        holdings=plan.holdings,
        actions=dict(plan.actions),
        dated_blockers=plan.dated_blockers,
        undated_blockers=plan.undated_blockers,
        unsettled_blockers=plan.unsettled_blockers,
        first_window_closes_at=plan.first_window_closes_at,
        paid_until=plan.paid_until,
        refundable_seats=plan.refundable_seats,
        seats_until=plan.seats_until,
        irreversible_steps=plan.irreversible,
        refunds=tuple(amount_data(item) for item in plan.refunds),
        removal_expected_at=plan.removal_expected_at,
        removal_unknown=plan.removal_unknown or None,
        stops=stops_at_once(offboarding) or None,
        digest=plan.digest,
    )


def planned_data(work: PlannedWork) -> PlannedData:
    """The wire form of what will be done about one holding."""
    words = tuple(action.value for action in work.actions)
    return PlannedData(
        holding=work.key,
        name=work.name,
        action=words[0] if words else None,
        then=words[1:] or None,
        at=work.at,
        irreversible=work.irreversible,
        closes_at=work.closes_at,
        paid_until=work.paid_until,
        refund=amount_data(work.refund) if work.refund is not None else None,
        refund_known=work.refund is not None,
        earliest_at=work.earliest_at,
    )


def amount_data(money: Money) -> AmountData:
    """The wire form of an amount."""
    return AmountData(amount=f"{money.amount:f}", currency=money.currency)


def proof_data(offboarding: Offboarding) -> tuple[ProofData, ...]:
    """The wire form of the proofs found so far."""
    return tuple(ProofData(name=p.name, holds=p.holds, detail=p.detail, at=p.at) for p in offboarding.proofs)


def evidence_data(offboarding: Offboarding) -> EvidenceData:
    """The end of the evidence as of now."""
    return EvidenceData(entries=offboarding.evidence.entries, head=offboarding.evidence.head)


def customer_data(offboarding: Offboarding) -> CustomerData:
    """The customer as far as it is known."""
    request, customer = offboarding.request, offboarding.customer
    return CustomerData(
        tenant_id=offboarding.customer_id,
        company_name=customer.company_name if customer else request.company_name,
        domain=customer.domain if customer else request.domain,
    )


def reason_data(offboarding: Offboarding) -> ReasonData | None:
    """The wire form of the reason."""
    reason = offboarding.reason
    if reason is None:
        return None
    return ReasonData(code=reason.code, text=reason.text, operator_action=reason.operator_action or None)


def not_restored_data(item: NotRestored) -> NotRestoredData:
    """The wire form of what a withdrawal could not put back."""
    return NotRestoredData(
        holding=item.key, name=item.name, quantity=item.quantity, detail=item.why, what_to_do=item.what_to_do
    )


def joined_to(offboarding: Offboarding) -> str | None:
    """The offboarding that this request joined."""
    return offboarding.other_id if offboarding.status is Status.JOINED else None


def live_offboarding_id(offboarding: Offboarding) -> str | None:
    """The live offboarding that this request was refused for."""
    return offboarding.other_id if offboarding.status is Status.REJECTED else None
