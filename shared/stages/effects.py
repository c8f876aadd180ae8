"""Writes to holdings: intents stored before, answers after, in small batches that run in parallel within bounds (I10).

Dying before the call leaves an open intent without an effect; dying after it leaves one with an effect. Both look the
same from outside, so the next run reads everything before it writes again, and repeats with the same MS-RequestId.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from shared.domain.disposition import ActionKind
from shared.domain.errors import (
    BusyError,
    ClaimEndingError,
    NoAnswerError,
    OffboardingError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    shorten,
)
from shared.domain.identifiers import ms_request_id
from shared.domain.ledger import ActionRecord, ActionState, HoldingRecord, decide_all, next_number
from shared.domain.partner import WriteAnswer
from shared.ports.partner import SubscriptionTarget
from shared.stages.parallel import run_all
from shared.stages.services import Services
from shared.stages.session import Session

T = TypeVar("T")
Result = WriteAnswer | RemoteError | ClaimEndingError


def due_actions(session: Session, kinds: frozenset[ActionKind]) -> list[tuple[HoldingRecord, ActionKind]]:
    """What must be done now, add-ons and children before what carries them."""
    services, now = session.services, session.services.clock.now()
    decisions = decide_all(session.records, services.policy, services.pace, now)
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
    decisions = decide_all(session.records, services.policy, services.pace, services.clock.now())
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


def _intend(session: Session, record: HoldingRecord, kind: ActionKind, now: datetime) -> HoldingRecord:
    n = next_number(record, kind)
    request_id = ms_request_id(session.offboarding.id, record.holding.key, kind.value, n)
    session.note(f"{kind.value}.intended", record.holding.name, holding=record.holding.key, request_id=request_id)
    last = record.last
    again = last is not None and last.kind is kind and last.state in (ActionState.INTENDED, ActionState.POSTPONED)
    tries = last.tries + 1 if last is not None and again else 1
    action = ActionRecord(kind, n, request_id, ActionState.INTENDED, now, tries=tries)
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
    pace = session.services.pace
    # The longer it takes, the less often: 30 s, 1 min, 2 min … 1 h, and never before the service allows it (I7).
    usual = min(pace.first_retry * 2 ** min(action.tries - 1, 12), pace.longest_retry)
    if result.remote_code == PLAN_IN_USE:
        usual = pace.recheck
    elif action.kind in SLOW_EFFECTS or action.tries > 1:
        # Its effect may be on its way: look before writing again, and not at once.
        usual = max(usual, pace.settle_poll)
    retry_at = now + max(result.retry_after or usual, usual)
    unanswered = isinstance(result, NoAnswerError)
    return record.with_last(
        replace(
            action,
            state=state,
            answered_at=None if unanswered else now,
            status=result.status,
            code=result.remote_code or result.code,
            detail=shorten(result.message, 300),
            retry_at=None if state is ActionState.REFUSED else retry_at,
        )
    )


PLAN_IN_USE = "900115"
"""Microsoft still counts an active Azure subscription under the plan: the next inventory shows it, or it passes."""


SLOW_EFFECTS = frozenset({ActionKind.CANCEL_AZURE_SUBSCRIPTION, ActionKind.RETURN_RESERVATION, ActionKind.CANCEL_ORDER})
"""Microsoft needs minutes to show these, so a call without a clear answer is looked after before it is repeated."""
REFUSALS_AFTER_UNCLEAR = 4


def _reading_of(error: RemoteError, action: ActionRecord) -> tuple[ActionState, str]:
    """What an error says about the intent: refused for good, postponed, or open (the effect is unknown)."""
    if isinstance(error, BusyError | ThrottledError | SignInRequiredError):
        return ActionState.POSTPONED, "postponed"
    if isinstance(error, RefusedError):
        # Refused after a call without a clear answer: that call may have done it already.
        after_unclear = 1 < action.tries < REFUSALS_AFTER_UNCLEAR
        if error.remote_code == PLAN_IN_USE or after_unclear:
            return ActionState.POSTPONED, "postponed"
        return ActionState.REFUSED, "refused"
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
    return services.partner_center.end_at_term(customer_id, record.holding.id, request_id)


def _cancel_azure(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    plan_id = record.holding.parent_id or ""
    return services.partner_center.cancel_azure_subscription(customer_id, plan_id, record.holding.id, request_id)


def _cancel_order(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    return services.partner_center.cancel_order(customer_id, record.holding.id, request_id)


def _return_reservation(services: Services, customer_id: str, record: HoldingRecord, request_id: str) -> WriteAnswer:
    holding = record.holding
    return services.reservations.return_reservation(
        customer_id, holding.parent_id or "", holding.id, holding.quantity or 1, request_id
    )


_CALLS: dict[ActionKind, _Call] = {
    ActionKind.SUSPEND: _status_to(SubscriptionTarget.SUSPENDED),
    ActionKind.SUSPEND_AZURE_PLAN: _status_to(SubscriptionTarget.SUSPENDED),
    ActionKind.CANCEL: _status_to(SubscriptionTarget.DELETED),
    ActionKind.END_AT_TERM: _end_at_term,
    ActionKind.CANCEL_AZURE_SUBSCRIPTION: _cancel_azure,
    ActionKind.CANCEL_ORDER: _cancel_order,
    ActionKind.RETURN_RESERVATION: _return_reservation,
}
