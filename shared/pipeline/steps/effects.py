"""Writes to holdings: intents stored before, answers after, in small batches that run in parallel within bounds (I10).

Dying before the call leaves an open intent without an effect; dying after it leaves one with an effect. Both look the
same from outside, so the next run reads everything before it writes again, and repeats with the same MS-RequestId.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from shared.domain.brake import HOUR, Ceiling, hour_of
from shared.domain.decisions.blockers import IRREVERSIBLE, ActionKind
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.open_seats import OpenSeats
from shared.domain.decisions.seats import target_of, window_of_seats
from shared.domain.decisions.windows import window_of
from shared.domain.errors import (
    BrakeHeldError,
    CeilingReachedError,
    ClaimEndingError,
    ConcurrencyConflictError,
    NoAnswerError,
    OffboardingError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
)
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, next_number, without_old_refusals
from shared.domain.holdings.model import HoldingStatus
from shared.domain.holdings.records import WriteAnswer
from shared.domain.money import ToldRefund
from shared.domain.offboarding.identifiers import ms_request_id
from shared.domain.offboarding.timeline import ActionStep, of_action
from shared.domain.wording import shorten
from shared.pipeline.core.parallel import run_all
from shared.pipeline.core.session import Session
from shared.pipeline.steps.answers import reading_of, retry_at
from shared.pipeline.steps.calls import CALLS

T = TypeVar("T")
NotStarted = ClaimEndingError | BrakeHeldError
Result = WriteAnswer | RemoteError | NotStarted


@dataclass(frozen=True, slots=True)
class DueAction:
    """One write that must be made now, and when the window closes that it uses. `seats`: what it gives back."""

    record: HoldingRecord
    kind: ActionKind
    closes_at: datetime | None = None
    seats: OpenSeats | None = None

    @property
    def carried(self) -> bool:
        """An add-on, or something below a plan: it goes before what carries it, which may be refused otherwise."""
        return self.record.holding.parent_id is not None


def due_actions(session: Session, kinds: frozenset[ActionKind]) -> list[DueAction]:
    """What must be done now, add-ons and children before what carries them."""
    decisions = decide_all(session.situation)
    due = [
        DueAction(record, action, decisions[key].closes_at, decisions[key].seats)
        for key, record in session.records.items()
        if (action := decisions[key].action) is not None and action in kinds
    ]
    return sorted(due, key=lambda item: (not item.carried, item.record.holding.key))


def perform(session: Session, due: Sequence[DueAction]) -> int:
    """Carry out `due` and return how many calls were answered well.

    A holding whose call fails never holds up the others: their windows may close. Raises ClaimEndingError when time
    is short (no call starts then), CeilingReachedError when this hour's irreversible writes are used up (the others are
    done), and after a batch is recorded an error that concerns every call (throttled, signed out, kill switch held).
    """
    carried = [item for item in due if item.carried]
    accepted = _perform_wave(session, carried)
    rest = [item for item in due if not item.carried]
    # What an add-on of this run left open may make its base wait.
    return accepted + _perform_wave(session, _still_due(session, rest) if carried else rest)


def _perform_wave(session: Session, wave: Sequence[DueAction]) -> int:
    accepted, left = 0, 0
    for batch in _chunks(wave, session.services.pace.batch):
        session.require_time()
        session.require_live()
        allowed = _below_the_ceiling(session, batch)
        left += len(batch) - len(allowed)
        results = _run_batch(session, allowed) if allowed else []
        accepted += sum(isinstance(result, WriteAnswer) for result in results)
        for result in sorted(results, key=lambda result: isinstance(result, NotStarted)):
            if isinstance(result, ThrottledError | SignInRequiredError | NotStarted):
                raise result
    if left:
        raise CeilingReachedError("irreversible writes", hour_of(session.services.clock.now()) + HOUR)
    return accepted


def _below_the_ceiling(session: Session, batch: Sequence[DueAction]) -> Sequence[DueAction]:
    """What this hour may still do: everything that can be put back, and of the rest as much as the ceiling allows."""
    final = [item for item in batch if item.kind in IRREVERSIBLE]
    granted = session.services.brakes.take(Ceiling.IRREVERSIBLE_WRITES, len(final))
    held = {item.record.holding.key for item in final[granted:]}
    return [item for item in batch if item.record.holding.key not in held]


def _still_due(session: Session, wave: Sequence[DueAction]) -> list[DueAction]:
    decisions = decide_all(session.situation)
    return [item for item in wave if decisions[item.record.holding.key].action is item.kind]


def _run_batch(session: Session, batch: Sequence[DueAction]) -> list[Result]:
    now = session.services.clock.now()
    intended = [_intend(session, item, now) for item in batch]
    session.save(holdings=intended)
    results = run_all(session.services.pace.parallel, [partial(_call, session, record) for record in intended])
    session.save(holdings=[_answered(session, r, result) for r, result in zip(intended, results, strict=True)])
    return results


_SAME_TRY = (ActionState.INTENDED, ActionState.POSTPONED, ActionState.ACCEPTED)
"""States in which the same action goes on: unanswered, refused for now, or accepted and not to be seen."""


def _goes_on(last: ActionRecord | None, kind: ActionKind) -> ActionRecord | None:
    """The last action when this try continues it: also one that was refused and is tried again while it may pass."""
    if last is None or last.kind is not kind:
        return None
    refused = last.state is ActionState.REFUSED and last.retry_at is not None
    return last if refused or last.state in _SAME_TRY else None


def _intend(session: Session, item: DueAction, now: datetime) -> HoldingRecord:
    record, kind = item.record, item.kind
    n = next_number(record, kind)
    request_id = ms_request_id(session.offboarding.id, record.holding.key, kind.value, n)
    session.note(
        of_action(kind, ActionStep.INTENDED), record.holding.name, holding=record.holding.key, request_id=request_id
    )
    again = _goes_on(record.last, kind)
    seats = item.seats if kind is ActionKind.REDUCE_SEATS else None
    action = ActionRecord(
        kind,
        n,
        request_id,
        ActionState.INTENDED,
        now,
        tries=again.tries + 1 if again else 1,
        window=window_of(record.holding) if seats is None else window_of_seats(record, seats),
        pending=record.holding.status is HoldingStatus.PENDING,
        since=(again.since or again.intended_at) if again else now,
        closes_at=item.closes_at,
        refused=again is not None and (again.refused or again.state is ActionState.REFUSED),
        target=None if seats is None else target_of(record, seats),
    )
    return record.with_last(action) if again else replace(record, actions=(*without_old_refusals(record), action))


def _call(session: Session, record: HoldingRecord) -> Result:
    action, customer_id = record.last, session.customer_id
    if action is None:
        raise ValueError("a call needs a stored intent")
    try:
        # Asked again for each call: the slow calls before it in the batch may have used up the claim.
        session.require_time()
        with session.recorded(action.kind.value, record.holding.key):
            return CALLS[action.kind](session.services, customer_id, record, action.request_id)
    except ConcurrencyConflictError:
        raise  # The claim was lost before the call: nothing was sent, and nothing more is.
    except (RemoteError, ClaimEndingError, BrakeHeldError) as error:
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
            of_action(action.kind, ActionStep.ACCEPTED),
            result.detail,
            holding=holding,
            status=result.status,
            request_id=action.request_id,
        )
        if result.refund is not None:
            record = replace(record, refunded=ToldRefund(result.refund, now))
        return record.with_last(
            replace(action, state=ActionState.ACCEPTED, answered_at=now, status=result.status, detail=result.detail)
        )
    if isinstance(result, NotStarted):
        session.note(
            of_action(action.kind, ActionStep.NOT_STARTED), str(result), holding=holding, request_id=action.request_id
        )
        return record
    state, step = reading_of(result, action)
    session.note(
        of_action(action.kind, step), str(result), holding=holding, status=result.status, request_id=action.request_id
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
            lesson=result.lesson,
            # Being asked to slow down is no try; the whole offboarding waits until the service may be called again.
            retry_at=None if throttled else retry_at(session, result, action, state),
            tries=action.tries - 1 if throttled else action.tries,
        )
    )


def _chunks(items: Sequence[T], size: int) -> Iterable[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
