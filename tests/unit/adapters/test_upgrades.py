"""Records of the version before, in every state of a removal and with every code that teaches something."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.adapters.stores import codec
from shared.contracts.views import offboarding_view
from shared.domain.decisions.blockers import ActionKind, Cause
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, Override
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.lessons import Lesson
from shared.domain.offboarding.messages import TimelineEntry, Who
from shared.domain.offboarding.record import Told
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.people.actor import Actor, ActorType
from tests.unit.support.heads import NOW, head_of

AT = NOW.isoformat()


def before(**removal: Any) -> str:
    """A head as the version before stored it: no state, and `without_effect` beside the answer."""
    head = json.loads(codec.dump_offboarding(replace(head_of(), removal=RemovalIntent(1, "r", NOW))))
    head["removal"].pop("state")
    head["removal"] |= {"without_effect": False, **removal}
    return json.dumps(head)


@pytest.mark.parametrize(
    ("stored", "state", "ours"),
    [
        ({}, RemovalState.INTENDED, True),
        ({"answered_at": AT, "code": "unavailable"}, RemovalState.UNCLEAR, True),
        ({"answered_at": AT, "status": 200}, RemovalState.ACCEPTED, True),
        ({"answered_at": AT, "status": 204}, RemovalState.ACCEPTED, True),
        ({"answered_at": AT, "status": 400, "code": "3000"}, RemovalState.REFUSED, False),
        ({"answered_at": AT, "status": 0}, RemovalState.REFUSED, False),
        ({"answered_at": AT, "code": "throttled", "without_effect": True}, RemovalState.WITHOUT_EFFECT, False),
        ({"answered_at": AT, "status": 200, "without_effect": True}, RemovalState.WITHOUT_EFFECT, True),
    ],
)
def test_a_removal_means_what_it_meant(stored: dict[str, Any], state: RemovalState, ours: bool) -> None:
    removal = codec.load_offboarding(before(**stored)).removal

    assert removal is not None
    assert (removal.state, removal.is_ours) == (state, ours)
    again = codec.load_offboarding(codec.dump_offboarding(codec.load_offboarding(before(**stored)))).removal
    assert again == removal


@pytest.mark.parametrize(
    ("code", "lesson"),
    [
        ("900117", Lesson.WINDOW_CLOSED),
        ("900213", Lesson.WINDOW_CLOSED),
        ("800081", Lesson.NOT_ACTIVATED),
        ("800082", Lesson.NOT_ACTIVATED),
        ("800096", Lesson.ADD_ONS_FIRST),
        ("800002", Lesson.CALL_NOT_VALID),
        ("PolicyError", Lesson.NO_REFUND),
        ("RefundLimitExceeded", Lesson.NO_REFUND),
        ("900150", None),
    ],
)
def test_a_refusal_teaches_what_it_taught(code: str, lesson: Lesson | None) -> None:
    holding = Holding("subscription:a", HoldingKind.NCE_LICENCE, "a", "A", HoldingStatus.ACTIVE)
    action = ActionRecord(ActionKind.CANCEL, 1, "r", ActionState.REFUSED, NOW, NOW, 400, code)
    stored = json.loads(codec.dump_holding(HoldingRecord(holding, NOW, NOW, actions=(action,))))
    stored["actions"][0].pop("lesson")

    loaded = codec.load_holding(json.dumps(stored))

    assert loaded.actions[0].lesson is lesson
    assert codec.load_holding(codec.dump_holding(loaded)) == loaded


def test_what_is_in_todays_form_is_left_as_it_is() -> None:
    head = replace(head_of(), removal=RemovalIntent(2, "r", NOW, RemovalState.REFUSED, NOW, 400, "without_effect"))

    assert codec.load_offboarding(codec.dump_offboarding(head)) == head


def test_what_was_stored_before_it_was_known_who_acts_is_read() -> None:
    head = json.loads(codec.dump_offboarding(head_of()))
    head.pop("requester")
    assert codec.load_offboarding(json.dumps(head)).requester is None

    entry = TimelineEntry(1, NOW, Who.OPERATOR, None, "resumed", "by a holder of the function key")
    stored = json.loads(codec.dump_entry(entry))
    stored.pop("by")
    read = codec.load_entry(json.dumps(stored))
    assert read == entry
    # Nobody is made up: it is not known who it was.
    shown = offboarding_view(head_of(), {}, [read], NOW).timeline[0]
    assert (shown.who, shown.actor) == ("operator", None)


def test_a_persons_word_of_the_version_before_is_read() -> None:
    said = Override(Cause.VANISHED, "seen", "Ms. Operator", "case 123", NOW)
    holding = Holding("a", HoldingKind.NCE_LICENCE, "a", "Licence", HoldingStatus.ACTIVE)
    record = HoldingRecord(holding, first_seen_at=NOW, changed_at=NOW, override=said)
    stored = json.loads(codec.dump_holding(record))
    stored["override"].pop("actor")
    read = codec.load_holding(json.dumps(stored))
    assert read == record
    shown = offboarding_view(head_of(), {"a": read}, [], NOW).holdings[0].override
    assert shown is not None
    assert (shown.by, shown.actor) == ("Ms. Operator", None)


def test_who_acts_is_stored_and_read_back() -> None:
    actor = Actor(ActorType.PERSON, "1", "Ada")
    head = replace(head_of(), requester=actor)
    entry = TimelineEntry(1, NOW, Who.OPERATOR, None, "resumed", by=actor)
    assert codec.load_offboarding(codec.dump_offboarding(head)) == head
    assert codec.load_entry(codec.dump_entry(entry)) == entry


def test_what_was_told_before_trouble_was_marked_is_no_trouble() -> None:
    head = head_of()
    told = Told(head.status, head.stage, None, (), NOW, trouble=True)
    stored = json.loads(codec.dump_offboarding(replace(head, told=told)))
    stored["told"].pop("trouble")

    assert codec.load_offboarding(json.dumps(stored)).told == replace(told, trouble=False)
