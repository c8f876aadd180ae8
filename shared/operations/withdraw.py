"""withdraw: an offboarding is called off, and what it changed is put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError
from shared.domain.evidence.entry import Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.explained.reasons import REASONS
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import Offboarding, Reason, Withdrawal, revoked
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor
from shared.domain.wording import stamp_to_the_second
from shared.operations.carry_out import Word, carry_out, head_of
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.transition import Step, intervene

UNSIGNED = "nobody signed the restored record, and nobody had resumed it"


class NotWithdrawableError(OffboardingError):
    """Too late: the removal was begun, or the offboarding has ended."""

    code = ReasonCode.NOT_WITHDRAWABLE
    operator_action = REASONS[ReasonCode.NOT_WITHDRAWABLE].action


@dataclass(frozen=True, slots=True)
class CalledOff:
    """What is said: by whom and why. `etag` is that of the record that was looked at; None: whatever it is now."""

    by: Actor
    why: str
    etag: str | None = None


def withdraw(offboarding_id: str, said: CalledOff, services: Services, who: Who = Who.OPERATOR) -> Offboarding | None:
    """Call it off, until the removal's intent is recorded; None when there is no such offboarding. Saying it twice
    changes nothing.

    Raises NotWithdrawableError, and what `carry_out` raises.
    """
    return head_of(carry_out(offboarding_id, withdrawing(said, who), services))


def withdrawing(said: CalledOff, who: Who = Who.OPERATOR) -> Word:
    """The withdrawal as a word to carry out."""
    return Word(said.by, "withdrawn", partial(_withdraw, said), _said_before, said.etag, who=who, calls_off=True)


def _said_before(head: Offboarding) -> bool:
    # A withdrawal that stands in what nobody has compared was said by nobody known.
    return head.withdrawal is not None and (head.finished or not head.unproven)


def _require_open(head: Offboarding) -> None:
    link = f"; the customer can be asked back by {head.reestablish_url}" if head.reestablish_url else ""
    if head.finished:
        other = f", in favour of {head.other_id}" if head.status is Status.JOINED else ""
        raise NotWithdrawableError(f"offboarding {head.id} has ended as {head.status.value}{other}{link}")
    # A forged record may say that of a removal, too.
    if head.removal is not None and not head.unproven:
        raise NotWithdrawableError(f"offboarding {head.id} has begun to remove the relationship{link}")


def _withdraw(said: CalledOff, session: Session) -> None:
    """A claim is revoked and stays: calls of its holder may be on the wire, and nothing is put back beside them."""
    _require_open(session.offboarding)
    unproven = session.offboarding.unproven
    head, now = revoked(session.offboarding), session.services.clock.now()
    head = replace(
        head, withdrawal=Withdrawal(said.by, said.why, now), counters=Counters(), blockers=(), blocker_count=0
    )
    session.offboarding = replace(head, paid_until=None, confirming_since=None, gone_since=None, words=(), asked=None)
    detail = f"by {said.by.name}: {said.why}"
    session.offboarding = replace(session.offboarding, said=())
    session.record(EntryKind.WITHDRAWAL, {"why": Personal(said.why)})
    acted = any(record.actions for record in session.records.values()) or bool(head.gdap_requested)
    if unproven or not acted:
        session.offboarding = replace(session.offboarding, claim=None)
        reason = Reason(ReasonCode.WITHDRAWN, f"withdrawn {detail}; {_unchanged(head, unproven=unproven)}")
        step = Step(Status.WITHDRAWN, None, reason, None, TimelineEvent.WITHDRAWAL_ASKED, detail)
    else:
        reason = Reason(ReasonCode.RESTORING, f"withdrawn {detail}; what was changed is being put back")
        step = Step(Status.RESTORING, Stage.RESTORE, reason, now, TimelineEvent.WITHDRAWAL_ASKED, detail)
    intervene(session, step, _unblocked(session.records.values()))


def _unchanged(head: Offboarding, *, unproven: bool) -> str:
    if head.restored is None:
        return "nothing had been changed"
    taken = stamp_to_the_second(head.restored.taken_at)
    if unproven:
        why = "the restored record does not agree with its evidence" if head.differs else UNSIGNED
        where = f"look in Partner Center for what was changed, before {taken} and since"
        return f"nothing was put back, because {why}: {where}"
    return f"nothing is known to have been changed, and what was done after {taken} is not in the restored record"


def _unblocked(records: Iterable[HoldingRecord]) -> list[HoldingRecord]:
    """Nothing is in the way of a removal that is not wanted any more."""
    return [replace(record, blocker=None, blocked_since=None) for record in records if record.blocker is not None]
