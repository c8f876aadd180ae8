"""What is about to be done, step by step: what an approval is bound to (I11)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from shared.domain.decisions.blockers import IRREVERSIBLE, ActionKind, Cause, Disposition
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.open_seats import open_seats
from shared.domain.decisions.renewals import renewals_before
from shared.domain.decisions.seats import given_back_until
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.model import HoldingKind
from shared.domain.policy import Renewals

BEFORE_THE_END = frozenset({ActionKind.REACTIVATE, ActionKind.REDUCE_SEATS})
"""Done to what then is set to end with its term."""
RELATIONSHIP, DELEGATED_ADMIN = "relationship", "delegated_admin"


@dataclass(frozen=True, slots=True, order=True)
class PlannedStep:
    """One write that is about to happen, now or when what it waits for has passed. `key`: of its holding."""

    key: str
    action: str
    irreversible: bool


REMOVE = PlannedStep(RELATIONSHIP, "remove", irreversible=True)
END_DELEGATED_ADMIN = PlannedStep(DELEGATED_ADMIN, "terminate", irreversible=True)


def planned_steps(situation: Situation, decisions: Mapping[str, Disposition] | None = None) -> tuple[PlannedStep, ...]:
    """Every step that can be foreseen, sorted: also what follows when a child or an add-on has ended, what follows when
    a cancellation that is only tried is refused, what is written before a later start, and the removal itself."""
    found = {REMOVE, END_DELEGATED_ADMIN} if situation.policy.terminate_gdap else {REMOVE}
    for key, decision in (decide_all(situation) if decisions is None else decisions).items():
        found.update(PlannedStep(key, kind.value, kind in IRREVERSIBLE) for kind in writes_of(situation, key, decision))
    found.update(_before_start(situation))
    return tuple(sorted(found))


def _before_start(situation: Situation) -> Iterator[PlannedStep]:
    """What a request has written about terms that renew before its start, whatever is done about them at the start."""
    for item in renewals_before(situation, situation.start) if situation.start is not None else ():
        wanted = {Renewals.END_WITH_TERM: item.stopped_by, Renewals.MONTHLY: ActionKind.RENEW_MONTHLY}
        kind = wanted.get(situation.renewals) if situation.renewals is not None else None
        if kind is not None:
            yield PlannedStep(item.key, kind.value, kind in IRREVERSIBLE)


def digest_of(steps: Iterable[PlannedStep]) -> str:
    """SHA-256 over the sorted list of (holding key, action, irreversible), as compact JSON."""
    listed = [[step.key, step.action, step.irreversible] for step in sorted(steps)]
    return hashlib.sha256(json.dumps(listed, separators=(",", ":")).encode()).hexdigest()


def _seats(situation: Situation, key: str) -> tuple[ActionKind, ...]:
    record = situation.records[key]
    found = open_seats(record.holding, situation.now, given_back_until(record))
    return (ActionKind.REDUCE_SEATS,) if found is not None and situation.policy.reduce_seats else ()


def writes_of(situation: Situation, key: str, decision: Disposition) -> tuple[ActionKind, ...]:
    """The writes to one holding that can be foreseen, in their order."""
    kind, action = situation.records[key].holding.kind, decision.action
    if action is ActionKind.RETURN_RESERVATION and not decision.sure:
        stops = situation.records[key].holding.auto_renew is True
        return (action, ActionKind.STOP_RENEWAL) if stops else (action,)
    if action is not None:
        tried = action is ActionKind.CANCEL and not decision.sure
        goes_on = tried or action in BEFORE_THE_END
        return (action, *_seats(situation, key), ActionKind.END_AT_TERM) if goes_on else (action,)
    cause = decision.blocker.cause if decision.blocker is not None else None
    if cause is Cause.WAITS_FOR_CHILDREN and kind is HoldingKind.AZURE_PLAN:
        return (ActionKind.SUSPEND_AZURE_PLAN,)
    return (ActionKind.CANCEL,) if cause is Cause.WAITS_FOR_ADD_ON else ()
