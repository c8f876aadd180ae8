"""Writes to holdings: intents stored before, answers after, in small batches that run in parallel within bounds (I10).

Dying before the call leaves an open intent without an effect; dying after it leaves one with an effect. Both look the
same from outside, so the next run reads everything before it writes again, and repeats with the same MS-RequestId.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from shared.domain.blockers import ActionKind
from shared.domain.classify import ENDS_WITHOUT_RENEWAL
from shared.domain.decisions import decide_all
from shared.domain.errors import (
    BusyError,
    ClaimEndingError,
    NoAnswerError,
    OffboardingError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    Verdict,
    shorten,
)
from shared.domain.holdings import HoldingKind, HoldingStatus
from shared.domain.identifiers import ms_request_id
from shared.domain.ledger import ActionRecord, ActionState, HoldingRecord, next_number
from shared.domain.partner import WriteAnswer
from shared.domain.refusals import schedule_unknown
from shared.ports.partner import CommitmentKind, SubscriptionTarget
from shared.stages.parallel import run_all
from shared.stages.services import Services
from shared.stages.session import Session

T = TypeVar("T")
Result = WriteAnswer | RemoteError | ClaimEndingError


def due_actions(session: Session, kinds: frozenset[ActionKind]) -> list[tuple[HoldingRecord, ActionKind]]:
    """What must be done now, add-ons and children before what carries them."""
    services, now = session.services, session.services.clock.now()
    decisions = decide_all(session.records, session.policy, services.pace, now)
    due = []
    for key, record in session.records.items():
        action = decisions[key].action
        if action is not None and action in kinds:
            due.append((record, action))
    return sorted(due, key=lambda item: (item[0].holding.parent_id is None, item[0].holding.key))


def perform(session: Session, due: Sequence[tuple[HoldingRecord, ActionKind]]) -> int:
    """Carry out `due` and return how many calls were answered well.

    A holding whose call fails never holds up the others: their windows may close. Raises ClaimEndingError when time
    is short (no call starts then), and after a batch is recorded an error that concerns every call (throttled, signed
    out).
    """
    accepted = 0
    add_ons, others = _waves(due)
    for wave in (add_ons, others):
        # What an add-on of this run left open may make its base wait.
        waiting = {key for key, _ in _still_due(session, wave)} if wave is others and add_ons else None
        ready = [item for item in wave if waiting is None or item[0].holding.key in waiting]
        for batch in _chunks(ready, session.services.pace.batch):
            session.require_time()
            session.require_live()
            results = _run_batch(session, batch)
            accepted += sum(isinstance(result, WriteAnswer) for result in results)
            for result in sorted(results, key=lambda result: isinstance(result, ClaimEndingError)):
                if isinstance(result, ThrottledError | SignInRequiredError | ClaimEndingError):
                    raise result
    return accepted


def _still_due(session: Session, wave: Sequence[tuple[HoldingRecord, ActionKind]]) -> Iterable[tuple[str, ActionKind]]:
    services = session.services
    decisions = decide_all(session.records, session.policy, services.pace, services.clock.now())
    return ((r.holding.key, kind) for r, kind in wave if decisions[r.holding.key].action is kind)


def _waves(due: Sequence[tuple[HoldingRecord, ActionKind]]) -> tuple[list[tuple[HoldingRecord, ActionKind]], ...]:
    # Add-ons first: a base that is cancelled before its add-ons may be refused.
    children = [item for item in due if item[0].holding.parent_id is not None]
    return children, [item for item in due if item[0].holding.parent_id is None]


def _run_batch(session: Session, batch: Sequence[tuple[HoldingRecord, ActionKind]]) -> list[Result]:
    now = session.services.clock.now()
    intended = [_intend(session, record, kind, now) for record, kind in batch]
    session.save(holdings=intended)
    calls = [partial(_call, session, record) for record in intended]
    results = run_all(session.services.pace.parallel, calls)
    session.save(holdings=[_answered(session, r, result) for r, result in zip(intended, results, strict=True)])
    return results


_SAME_TRY = (ActionState.INTENDED, ActionState.POSTPONED, ActionState.ACCEPTED)
"""States in which the same action goes on: unanswered, refused for now, or accepted and not to be seen."""


def _intend(session: Session, record: HoldingRecord, kind: ActionKind, now: datetime) -> HoldingRecord:
    n = next_number(record, kind)
    request_id = ms_request_id(session.offboarding.id, record.holding.key, kind.value, n)
    session.note(f"{kind.value}.intended", record.holding.name, holding=record.holding.key, request_id=request_id)
    last = record.last
    again = last is not None and last.kind is kind and last.state in _SAME_TRY
    tries = last.tries + 1 if last is not None and again else 1
    action = ActionRecord(
        kind,
        n,
        request_id,
        ActionState.INTENDED,
        now,
        tries=tries,
        window=record.holding.cancellable_until,
        pending=record.holding.status is HoldingStatus.PENDING,
    )
    return record.with_last(action) if again else replace(record, actions=(*record.actions, action))


def _call(session: Session, record: HoldingRecord) -> Result:
    action, customer_id = record.last, session.offboarding.customer_id or ""
    if action is None:
        raise ValueError("a call needs a stored intent")
    try:
        # Asked again for each call: the slow calls before it in the batch may have used up the claim.
        session.require_time()
        return _CALLS[action.kind](session.services, customer_id, record, action.request_id)
    except (RemoteError, ClaimEndingError) as error:
        return error
    except OffboardingError as error:
        # Nothing was sent: this holding cannot be called, the others of the batch can.
        return RefusedError(str(error), remote_code=error.code)


def _answered(session: Session, record: HoldingRecord, result: Result) -> HoldingRecord:
    action, now = record.last, session.services.clock.now()
    if action is None:
        raise ValueError("an answer needs a stored intent")
    holding = record.holding.key
    if isinstance(result, WriteAnswer):
        session.note(
            f"{action.kind.value}.accepted",
            result.detail,
            holding=holding,
            status=result.status,
            request_id=action.request_id,
        )
        return record.with_last(
            replace(action, state=ActionState.ACCEPTED, answered_at=now, status=result.status, detail=result.detail)
        )
    if isinstance(result, ClaimEndingError):
        session.note(f"{action.kind.value}.not_started", str(result), holding=holding, request_id=action.request_id)
        return record
    state, what = _reading_of(result, action)
    session.note(
        f"{action.kind.value}.{what}", str(result), holding=holding, status=result.status, request_id=action.request_id
    )
    throttled, unanswered = isinstance(result, ThrottledError), isinstance(result, NoAnswerError)
    return record.with_last(
        replace(
            action,
            state=state,
            answered_at=None if unanswered else now,
            status=result.status,
            code=result.remote_code or result.code,
            detail=shorten(result.sentence, 300),
            advice=result.advice,
            # Being asked to slow down is no try; the whole offboarding waits until the service may be called again.
            retry_at=None if throttled or state is ActionState.REFUSED else _retry_at(session, result, action),
            tries=action.tries - 1 if throttled else action.tries,
        )
    )


def _retry_at(session: Session, error: RemoteError, action: ActionRecord) -> datetime:
    """The longer it takes, the less often: 30 s, 1 min, 2 min … 1 h, and never before the service allows it (I7)."""
    pace = session.services.pace
    usual: timedelta = min(pace.first_retry * 2 ** min(action.tries - 1, 12), pace.longest_retry)
    if action.kind in SLOW_EFFECTS or action.tries > 1:
        # Its effect may be on its way: look before writing again, and not at once.
        usual = max(usual, pace.settle_poll)
    return session.services.clock.now() + max(error.retry_after or usual, usual)


SLOW_EFFECTS = frozenset({ActionKind.CANCEL_AZURE_SUBSCRIPTION, ActionKind.RETURN_RESERVATION, ActionKind.CANCEL_ORDER})
"""Microsoft needs minutes to show these, so a call without a clear answer is looked after before it is repeated."""
REFUSALS_AFTER_UNCLEAR = 4


def _reading_of(error: RemoteError, action: ActionRecord) -> tuple[ActionState, str]:
    """What an error says about the intent: refused for good, postponed, or open (only reading again tells)."""
    if isinstance(error, ThrottledError):
        # This call had no effect; a call without a clear answer before it may have had one.
        return (ActionState.INTENDED if action.tries > 1 else ActionState.POSTPONED), "postponed"
    if isinstance(error, BusyError | SignInRequiredError):
        return ActionState.POSTPONED, "postponed"
    if isinstance(error, RefusedError):
        if error.verdict is Verdict.ALREADY_DONE and action.tries < REFUSALS_AFTER_UNCLEAR:
            return ActionState.INTENDED, "already_done"
        # Refused after a call without a clear answer: that call may have done it already.
        after_unclear = 1 < action.tries < REFUSALS_AFTER_UNCLEAR
        return (ActionState.POSTPONED, "postponed") if after_unclear else (ActionState.REFUSED, "refused")
    return ActionState.INTENDED, "unclear"


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


_Call = Callable[[Services, str, HoldingRecord, str], WriteAnswer]


def _status_to(target: SubscriptionTarget) -> _Call:
    def call(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
        holding = record.holding
        return services.partner_center.set_subscription_status(
            customer_id, holding.id, holding.image, target, request_id
        )

    return call


def _end_at_term(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    extended = record.holding.kind not in ENDS_WITHOUT_RENEWAL and not schedule_unknown(record)
    return services.partner_center.end_at_term(customer_id, record.holding.id, request_id, schedule_cancel=extended)


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


def _stop_renewal(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    holding = record.holding
    kind = CommitmentKind.RESERVATION if holding.kind is HoldingKind.RESERVATION else CommitmentKind.SAVINGS_PLAN
    return services.reservations.stop_renewal(customer_id, kind, holding.parent_id or "", holding.id, request_id)


_CALLS: dict[ActionKind, _Call] = {
    ActionKind.SUSPEND: _status_to(SubscriptionTarget.SUSPENDED),
    ActionKind.SUSPEND_AZURE_PLAN: _status_to(SubscriptionTarget.SUSPENDED),
    ActionKind.CANCEL: _status_to(SubscriptionTarget.DELETED),
    ActionKind.END_AT_TERM: _end_at_term,
    ActionKind.CANCEL_AZURE_SUBSCRIPTION: _cancel_azure,
    ActionKind.CANCEL_ORDER: _cancel_order,
    ActionKind.RETURN_RESERVATION: _return_reservation,
    ActionKind.REACTIVATE: _status_to(SubscriptionTarget.ACTIVE),
    ActionKind.STOP_RENEWAL: _stop_renewal,
}
