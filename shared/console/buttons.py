"""Which decisions a page offers: what the person's roles allow, and what the state of the offboarding has a use for.

It only hides what would be refused; the operations themselves decide again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.console.visitor import Visitor
from shared.domain.decisions.blockers import Blocker
from shared.domain.decisions.overrides import may_override
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Operation
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import has_written
from shared.pipeline.words import what_is_asked


@dataclass(frozen=True, slots=True)
class Buttons:
    """`resume`: the code of the reason that a person is asked for; empty where none is. `overridable`: blockers that a
    person may say have ended. `repeat`: send for real what was planned only. `refused`: what can be decided now, but
    not by this person, each with the role that it needs."""

    decide: bool
    withdraw: bool
    reschedule: bool
    resume: str
    overridable: tuple[Blocker, ...]
    repeat: bool
    own: bool
    refused: tuple[str, ...]

    @property
    def any(self) -> bool:
        """There is something to decide."""
        return bool(self.decide or self.withdraw or self.reschedule or self.resume or self.overridable or self.repeat)


def buttons(session: Session, visitor: Visitor) -> Buttons:
    """What `visitor` may do about the offboarding of this session."""
    head = session.offboarding
    wanted = tuple(_wanted(session))
    may = frozenset(operation for operation in wanted if visitor.may(operation, head))
    return Buttons(
        decide=Operation.APPROVE in may,
        withdraw=Operation.WITHDRAW in may,
        reschedule=Operation.RESCHEDULE in may,
        resume=resume_code(session, visitor),
        overridable=tuple(_overridable(session)) if Operation.OVERRIDE in may else (),
        repeat=head.status is Status.PLANNED and visitor.may(Operation.CREATE),
        own=visitor.actor.same(head.requester),
        refused=tuple(visitor.refusal(operation, head) for operation in wanted if operation not in may),
    )


def resume_code(session: Session, visitor: Visitor) -> str:
    """The code of the reason that a person is asked for; empty where none is, or `visitor` may not resume it."""
    return _asked(session) if visitor.may(Operation.RESUME, session.offboarding) else ""


def _wanted(session: Session) -> Iterable[Operation]:
    """What the state has a use for, whoever does it."""
    head = session.offboarding
    # What a later version stored takes no word here.
    open_still = not head.finished and (head.withdrawal is None or head.unproven) and not head.unread
    if head.status is Status.AWAITING_APPROVAL:
        yield Operation.APPROVE
    if _asked(session):
        yield Operation.RESUME
    # What differs from its evidence is called off, and takes no other word.
    if not head.finished and _takes_words(head) and any(_overridable(session)):
        yield Operation.OVERRIDE
    if open_still and (head.removal is None or head.unproven):
        yield Operation.WITHDRAW
    if open_still and _takes_words(head) and not has_written(session):
        yield Operation.RESCHEDULE


def _asked(session: Session) -> str:
    head = session.offboarding
    if head.status is not Status.NEEDS_ATTENTION or not _takes_words(head):
        return ""
    asked = what_is_asked(session)
    return asked.value if asked is not None else ""


def _takes_words(head: Offboarding) -> bool:
    return not head.unread and not head.differs


def _overridable(session: Session) -> Iterable[Blocker]:
    records = session.records.values()
    return (record.blocker for record in records if record.blocker is not None and may_override(record, record.blocker))
