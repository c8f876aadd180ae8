"""Which decisions a page offers: what the person's roles allow, and what the state of the offboarding has a use for.

It only hides what would be refused; the operations themselves decide again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.console.visitor import Visitor
from shared.domain.decisions.blockers import Blocker
from shared.domain.decisions.overrides import may_override
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Operation
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import has_written
from shared.pipeline.words import what_is_asked


@dataclass(frozen=True, slots=True)
class Buttons:
    """`resume`: the code of the reason that a person is asked for; empty where none is. `overridable`: blockers that a
    person may say have ended. `repeat`: send for real what was planned only."""

    decide: bool
    withdraw: bool
    reschedule: bool
    resume: str
    overridable: tuple[Blocker, ...]
    repeat: bool
    own: bool

    @property
    def any(self) -> bool:
        """There is something to decide."""
        return bool(self.decide or self.withdraw or self.reschedule or self.resume or self.overridable or self.repeat)


def buttons(session: Session, visitor: Visitor) -> Buttons:
    """What `visitor` may do about the offboarding of this session."""
    head = session.offboarding
    # What a later version stored takes no word here.
    open_still = not head.finished and (head.withdrawal is None or head.unproven) and not head.unread
    # What differs from its evidence is called off, and takes no other word.
    may_say = visitor.may(Operation.OVERRIDE, head) and not head.finished and _takes_words(head)
    return Buttons(
        decide=head.status is Status.AWAITING_APPROVAL and visitor.may(Operation.APPROVE, head),
        withdraw=open_still and (head.removal is None or head.unproven) and visitor.may(Operation.WITHDRAW, head),
        reschedule=open_still
        and _takes_words(head)
        and not has_written(session)
        and visitor.may(Operation.RESCHEDULE, head),
        resume=resume_code(session, visitor),
        overridable=tuple(_overridable(session.records.values())) if may_say else (),
        repeat=head.status is Status.PLANNED and visitor.may(Operation.CREATE),
        own=visitor.actor.same(head.requester),
    )


def resume_code(session: Session, visitor: Visitor) -> str:
    """The code of the reason that a person is asked for; empty where none is, or `visitor` may not resume it."""
    head = session.offboarding
    if head.status is not Status.NEEDS_ATTENTION or not _takes_words(head) or not visitor.may(Operation.RESUME, head):
        return ""
    asked = what_is_asked(session)
    return asked.value if asked is not None else ""


def _takes_words(head: Offboarding) -> bool:
    return not head.unread and not head.differs


def _overridable(records: Iterable[HoldingRecord]) -> Iterable[Blocker]:
    return (record.blocker for record in records if record.blocker is not None and may_override(record, record.blocker))
