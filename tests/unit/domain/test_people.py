"""Who is told apart from whom, how people are named, and what a call that comes twice is answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.approval import ApprovalRule, who_approves
from shared.domain.brake import RELEASED, Brake
from shared.domain.decisions.overrides import OVERRIDE, naming
from shared.domain.errors import IdempotencyKeyReusedError
from shared.domain.offboarding.once import REMEMBERED, Once, was_done, with_call
from shared.domain.people.actor import PIPELINE, Actor, ActorType, from_queue, known_by_name

MARIA = Actor(ActorType.PERSON, "0001", "Maria")
KEY = Actor(ActorType.KEY, "crm", "CRM")
CALL = Once("key", "withdraw", "body")


@pytest.mark.parametrize(
    ("actor", "named"),
    [
        (MARIA, "Maria (0001)"),
        (KEY, "CRM (key)"),
        (from_queue("Maria"), "by queue, as Maria"),
        (PIPELINE, "pipeline (pipeline)"),
    ],
)
def test_an_actor_is_named_by_what_vouches_for_the_name(actor: Actor, named: str) -> None:
    assert actor.named == named


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (MARIA, replace(MARIA, name="Maria Huber"), True),
        (MARIA, replace(MARIA, id="0002"), False),
        (MARIA, Actor(ActorType.KEY, "0001", "Maria"), False),
        (MARIA, None, False),
        (KEY, replace(KEY, name="renamed"), True),
        (from_queue("Maria"), from_queue("Maria"), False),
        (PIPELINE, PIPELINE, False),
        (known_by_name("Maria"), known_by_name("Maria"), True),
        (known_by_name("Maria"), MARIA, False),
    ],
)
def test_two_are_the_same_by_id_alone(one: Actor, other: Actor | None, same: bool) -> None:
    assert one.same(other) is same


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (ApprovalRule.ALWAYS, "every plan needs an approval by a person with the role Offboarding.Approve"),
        (ApprovalRule.IRREVERSIBLE, "a plan that nothing can put back needs an approval"),
        (ApprovalRule.ABOVE, "a plan above the limits needs an approval"),
        (ApprovalRule.NEVER, "no plan needs an approval: whoever may send to the request queue"),
    ],
)
def test_each_rule_says_who_approves(rule: ApprovalRule, words: str) -> None:
    assert who_approves(rule).startswith(words)
    assert who_approves(rule).endswith("did not make the request") is (rule is not ApprovalRule.NEVER)


HELD = Brake(held=True, by=MARIA, why="audit")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (replace(HELD, by=replace(MARIA, name="Maria Huber")), True),
        (replace(HELD, by=KEY), False),
        (replace(HELD, why="other"), False),
        (replace(HELD, held=False), False),
        (RELEASED, False),
    ],
)
def test_a_brake_is_the_same_word_of_the_same_person(other: Brake, same: bool) -> None:
    assert HELD.says_as(other) is same
    assert other.says_as(HELD) is same


def test_advice_names_the_offboarding_where_its_command_stands() -> None:
    advice = f"If it has ended: {OVERRIDE} ID sub-1. ID stays elsewhere."
    assert naming(advice, "o-7") == f"If it has ended: {OVERRIDE} o-7 sub-1. ID stays elsewhere."


def test_a_call_that_comes_twice_was_done() -> None:
    assert was_done((), CALL) is False
    assert was_done((CALL,), None) is False
    assert was_done((CALL,), CALL) is True
    assert was_done((replace(CALL, key="another"),), CALL) is False


@pytest.mark.parametrize("other", [replace(CALL, operation="approve"), replace(CALL, body="another")])
def test_a_key_is_good_for_one_call(other: Once) -> None:
    with pytest.raises(IdempotencyKeyReusedError, match="withdraw"):
        was_done((CALL,), other)


def test_the_newest_calls_are_remembered() -> None:
    calls = tuple(replace(CALL, key=f"{number}") for number in range(REMEMBERED))
    assert with_call(calls, None) == calls
    assert with_call(calls, CALL) == (*calls[1:], CALL)
