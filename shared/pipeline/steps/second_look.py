"""What vanished needs a second look.

A customer that no accepted removal of ours explains is gone only when two complete looks, some time apart, agree: one
odd answer must end nothing, and be told to nobody as an end (I8).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.pipeline.core.session import Session


def note_look(session: Session, *, gone: bool) -> None:
    """Remember the first of the looks in a row that found the customer neither listed nor readable."""
    since = (session.offboarding.gone_since or session.services.clock.now()) if gone else None
    session.offboarding = replace(session.offboarding, gone_since=since)


def second_look_at(session: Session) -> datetime | None:
    """When a second look proves it; None when the last one did not find the customer gone."""
    since = session.offboarding.gone_since
    return None if since is None else since + session.services.pace.vanish_proof


def looked_twice(session: Session) -> bool:
    """The first of the looks in a row that found the customer gone is long enough ago."""
    at = second_look_at(session)
    return at is not None and session.services.clock.now() >= at
