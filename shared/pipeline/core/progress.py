"""What is noted around a stage: the mode, and whether it got any further (then earlier failures count no more)."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.offboarding.removal import OPEN
from shared.domain.offboarding.states import Stage
from shared.domain.policy import Mode
from shared.pipeline.core.outcome import Next, Outcome
from shared.pipeline.core.session import Session


def note_progress(session: Session, outcome: Outcome) -> None:
    """A stage ended in an outcome. One that only leads back to a removal without a clear answer is no progress: the
    failures go on being counted, so that after a whole row of them each daily look tries the removal once."""
    removal = session.offboarding.removal
    to_the_removal = isinstance(outcome, Next) and outcome.stage is Stage.REMOVE
    if not (to_the_removal and removal is not None and removal.state in OPEN):
        session.offboarding = replace(session.offboarding, counters=session.offboarding.counters.worked())


def note_mode(session: Session) -> None:
    """What is planned while nothing may be written begins at a word, given afterwards, whatever the looks meanwhile
    come to: also one that is throttled or fails."""
    head = session.offboarding
    if session.services.mode is not Mode.LIVE and not head.request.dry_run:
        words = tuple(code for code in head.words if code is not ReasonCode.WENT_LIVE)
        session.offboarding = replace(head, held_by_mode=True, words=words)
