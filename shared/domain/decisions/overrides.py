"""A person's word that one blocker of one holding has ended, where the pipeline cannot understand what it reads.

An unknown word, an unknown kind, something that vanished: a closed vocabulary needs a way on. What Microsoft's answer
calls active is never overridden, and a word counts only for what was seen when it was given.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.domain.decisions.blockers import Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingStatus
from shared.domain.people.actor import Actor

NOT_UNDERSTOOD = frozenset({Cause.UNKNOWN_STATUS, Cause.UNKNOWN_KIND})
OVERRIDE = "offboard override"
RUNS = frozenset({HoldingStatus.ACTIVE, HoldingStatus.SUSPENDED, HoldingStatus.PENDING})


@dataclass(frozen=True, slots=True)
class PersonsWord:
    """What is said: which holding (key), which blocker of it, None for whatever it is, by whom, why it has ended."""

    holding: str
    cause: Cause | None
    by: Actor
    why: str


def may_override(record: HoldingRecord, blocker: Blocker) -> bool:
    """Whether a person may say that it has ended: only what a person is asked about, and nothing that runs."""
    if blocker.remedy is not Remedy.PERSON:
        return False
    if blocker.cause is Cause.VANISHED:
        return record.missing_since is not None
    return blocker.cause in NOT_UNDERSTOOD and record.missing_since is None and not called_active(record)


def with_a_way_on(record: HoldingRecord, blocker: Blocker) -> Blocker:
    """Whoever may say that it has ended is told so, with the command; nothing else is advised to."""
    if not may_override(record, blocker):
        return blocker
    command = f'{OVERRIDE} ID {shlex.quote(blocker.key)} --reason "..."'
    advice = f"If you know that it has ended, say so: {command} (somebody who did not make the request)."
    return replace(blocker, what_to_do=f"{blocker.what_to_do} {advice}".strip())


def naming(advice: str, offboarding_id: str) -> str:
    """The advice with the id of the offboarding that it is about, so that its command can be copied."""
    return advice.replace(f"{OVERRIDE} ID ", f"{OVERRIDE} {offboarding_id} ")


def called_active(record: HoldingRecord) -> bool:
    """Microsoft's own word, whatever it means to the pipeline: "inactive" is none, "activeWithWarning" is one."""
    word = record.holding.raw_status.casefold().replace("inactive", "")
    return record.holding.status in RUNS or "active" in word


def seen_as(record: HoldingRecord) -> str:
    """What a word is about: the status as Microsoft writes it, or since when it is not listed."""
    since = record.missing_since
    return record.holding.raw_status.casefold() if since is None else f"missing since {since.isoformat()}"


def overridden(record: HoldingRecord, blocker: Blocker) -> bool:
    """A person's word takes this blocker away."""
    said = record.override
    return (
        said is not None
        and said.cause is blocker.cause
        and said.seen == seen_as(record)
        and may_override(record, blocker)
    )


def take_a_persons_word(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """What a person said has ended blocks no more, and nothing is done about it."""
    return {
        key: Disposition()
        for key, record in situation.records.items()
        if (blocker := decisions[key].blocker) is not None
        and decisions[key].action is None
        and overridden(record, blocker)
    }
