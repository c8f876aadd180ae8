"""reschedule: another start, or other restrictions, before anything was written; then it is planned anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError
from shared.domain.evidence.chain import Value, moment
from shared.domain.evidence.entry import Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.record import Offboarding, revoked
from shared.domain.offboarding.request import check_start
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor
from shared.domain.policy import Restriction
from shared.domain.wording import stamp
from shared.operations.carry_out import Word, carry_out, head_of
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import has_written
from shared.pipeline.transition import Step, intervene


class NotReschedulableError(OffboardingError):
    """Something was written already, or the offboarding has ended or was withdrawn."""

    code = ReasonCode.NOT_RESCHEDULABLE
    operator_action = REASONS[ReasonCode.NOT_RESCHEDULABLE].action


@dataclass(frozen=True, slots=True)
class NewSchedule:
    """The whole new answer to both questions: `not_before` (aware UTC) None begins at once. `etag` is that of the
    record that was looked at; None: whatever it is now."""

    not_before: datetime | None
    restrictions: frozenset[Restriction]
    by: Actor
    why: str
    etag: str | None = None


def reschedule(offboarding_id: str, wanted: NewSchedule, services: Services) -> Offboarding | None:
    """Replace start and restrictions; None when there is no such offboarding. The request keeps its id and its
    fingerprint, so that its repetition is still known.

    Raises NotReschedulableError, InvalidRequestError for a start that is too far away, and what `carry_out` raises.
    """
    return head_of(carry_out(offboarding_id, rescheduling(wanted), services))


def rescheduling(wanted: NewSchedule) -> Word:
    """The new schedule as a word to carry out."""
    return Word(wanted.by, "rescheduled", partial(_reschedule, wanted), etag=wanted.etag)


def _require_unwritten(session: Session) -> None:
    head = session.offboarding
    if head.finished or head.withdrawal is not None:
        raise NotReschedulableError(f"offboarding {head.id} is {head.status.value}")
    if has_written(session):
        raise NotReschedulableError(f"offboarding {head.id} has begun to write")


def _reschedule(wanted: NewSchedule, session: Session) -> None:
    """What was agreed for the old start is asked for anew. Whoever is reading now can store nothing any more."""
    check_start(wanted.not_before, session.services.clock.now())
    _require_unwritten(session)
    head, now = revoked(session.offboarding), session.services.clock.now()
    request = replace(head.request, not_before=wanted.not_before, restrictions=_sorted(wanted.restrictions))
    head = replace(
        head, request=request, counters=Counters(), begun_at=None, agreed_renewals=(), stopped_for="", asked=None
    )
    # An approval too: who made the request may call this, and nobody else has agreed to the new start.
    session.offboarding = replace(head, approval=None, confirming_since=None, gone_since=None, warned_renewals=None)
    told: dict[str, Value] = {"what": TimelineEvent.RESCHEDULED.value, "why": Personal(wanted.why)}
    told["restrictions"] = [item.value for item in request.restrictions]
    if wanted.not_before is not None:
        told["notBefore"] = moment(wanted.not_before)
    session.record(EntryKind.NOTE, told)
    start = f"starts at {stamp(wanted.not_before)}" if wanted.not_before else "starts at once"
    words = f", restricted by {', '.join(request.restrictions)}" if request.restrictions else ""
    detail = f"{start}{words}; by {wanted.by.name}: {wanted.why}"
    intervene(session, Step(Status.PLANNING, Stage.PLAN, None, now, TimelineEvent.RESCHEDULED, detail))


def _sorted(restrictions: Iterable[Restriction]) -> tuple[Restriction, ...]:
    return tuple(sorted(restrictions))
