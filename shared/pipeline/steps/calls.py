"""Which call of which port carries out each kind of action."""

from __future__ import annotations

from collections.abc import Callable

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.refusals import schedule_unknown
from shared.domain.holdings.classify import ENDS_WITHOUT_RENEWAL
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.records import WriteAnswer
from shared.pipeline.core.services import Services
from shared.ports.partner import CommitmentKind, Part, SubscriptionTarget

_Call = Callable[[Services, str, HoldingRecord, str], WriteAnswer]


def _status_to(target: SubscriptionTarget) -> _Call:
    def call(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
        holding = record.holding
        return services.partner_center.set_subscription_status(
            customer_id, holding.id, holding.image, target, request_id
        )

    return call


def _end_at_term(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    # Where the renewal is off already, only the schedule is left to be written.
    scheduled = not schedule_unknown(record) or record.holding.auto_renew is False
    extended = record.holding.kind not in ENDS_WITHOUT_RENEWAL and scheduled
    return services.partner_center.end_at_term(customer_id, record.holding.id, request_id, schedule_cancel=extended)


def _renew_monthly(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    return services.partner_center.renew_monthly(customer_id, record.holding.id, request_id)


def _reduce_seats(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    target = record.last.target if record.last is not None else None
    return services.partner_center.reduce_seats(customer_id, record.holding.id, target or 0, request_id)


def _cancel_azure(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    plan_id = record.holding.parent_id or ""
    return services.partner_center.cancel_azure_subscription(customer_id, plan_id, record.holding.id, request_id)


def _cancel_order(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    holding = record.holding
    return services.partner_center.cancel_order_line(
        customer_id, holding.id, holding.line_number, holding.offer_id, request_id
    )


def _return_reservation(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    holding = record.holding
    return services.reservations.return_reservation(
        customer_id, holding.parent_id or "", holding.id, holding.quantity or 1, request_id
    )


def _commitment(record: HoldingRecord) -> tuple[CommitmentKind, str, str]:
    holding = record.holding
    kind = CommitmentKind.RESERVATION if holding.kind is HoldingKind.RESERVATION else CommitmentKind.SAVINGS_PLAN
    return kind, holding.parent_id or "", holding.id


def _stop_renewal(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    return services.reservations.stop_renewal(customer_id, *_commitment(record), request_id)


def _restore_renewal(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    return services.reservations.restore_renewal(customer_id, *_commitment(record), request_id)


def _reactivate_azure(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    plan_id = record.holding.parent_id or ""
    return services.partner_center.reactivate_azure_subscription(customer_id, plan_id, record.holding.id, request_id)


def _put_back(part: Part) -> _Call:
    def call(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
        before, identity = record.before_image, record.holding.id
        return services.partner_center.put_back(customer_id, identity, before, part, request_id)

    return call


CALLS: dict[ActionKind, _Call] = {
    ActionKind.SUSPEND: _status_to(SubscriptionTarget.SUSPENDED),
    ActionKind.SUSPEND_AZURE_PLAN: _status_to(SubscriptionTarget.SUSPENDED),
    ActionKind.CANCEL: _status_to(SubscriptionTarget.DELETED),
    ActionKind.END_AT_TERM: _end_at_term,
    ActionKind.CANCEL_AZURE_SUBSCRIPTION: _cancel_azure,
    ActionKind.CANCEL_ORDER: _cancel_order,
    ActionKind.RETURN_RESERVATION: _return_reservation,
    ActionKind.REACTIVATE: _status_to(SubscriptionTarget.ACTIVE),
    ActionKind.STOP_RENEWAL: _stop_renewal,
    ActionKind.RENEW_MONTHLY: _renew_monthly,
    ActionKind.REDUCE_SEATS: _reduce_seats,
    ActionKind.RESTORE_STATUS: _put_back(Part.STATUS),
    ActionKind.RESTORE_SUSPENSION: _put_back(Part.STATUS),
    ActionKind.RESTORE_TERMS: _put_back(Part.TERMS),
    ActionKind.REACTIVATE_AZURE_SUBSCRIPTION: _reactivate_azure,
    ActionKind.RESTORE_RENEWAL: _restore_renewal,
}
