"""Every code has one explanation, and who acts is what the code says that raises it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind, Cause
from shared.domain.decisions.phrases import PHRASES
from shared.domain.errors import OffboardingError
from shared.domain.explained.blockers import BLOCKERS
from shared.domain.explained.explanation import Explanation, WhoActs, nobody, operations
from shared.domain.explained.happenings import ACTIONS, EVENTS, STEPS
from shared.domain.explained.payments import PAYMENTS
from shared.domain.explained.reasons import GROUPS, REASONS
from shared.domain.explained.record import ACTION_STATES, ACTORS, KINDS, PROOFS
from shared.domain.explained.statuses import STAGES, STATUSES
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import HoldingKind
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.proofs import ProofName
from shared.domain.offboarding.settled import Payment
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import ActionStep, TimelineEvent
from shared.operations.resume import NotResumableError

ROOT = Path(__file__).resolve().parents[3]
TABLES: list[tuple[type[StrEnum], Mapping[StrEnum, Explanation | str]]] = [
    (ReasonCode, REASONS),  # type: ignore[list-item]  # a mapping's key is invariant
    (Status, STATUSES),  # type: ignore[list-item]
    (Stage, STAGES),  # type: ignore[list-item]
    (Payment, PAYMENTS),  # type: ignore[list-item]
    (TimelineEvent, EVENTS),  # type: ignore[list-item]
    (ActionStep, STEPS),  # type: ignore[list-item]
    (ActionKind, ACTIONS),  # type: ignore[list-item]
    (HoldingKind, KINDS),  # type: ignore[list-item]
    (ActionState, ACTION_STATES),  # type: ignore[list-item]
    (ProofName, PROOFS),  # type: ignore[list-item]
    (Who, ACTORS),  # type: ignore[list-item]
]


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT), parsed(path)


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def every_call(tree: ast.AST) -> tuple[ast.Call, ...]:
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Call))


def members(node: ast.AST, owner: str) -> set[str]:
    """The names of `owner.NAME` anywhere below."""
    return {
        found.attr
        for found in ast.walk(node)
        if isinstance(found, ast.Attribute) and isinstance(found.value, ast.Name) and found.value.id == owner
    }


def calls(tree: ast.AST, name: str) -> Iterator[ast.Call]:
    for node in every_call(tree):
        if name == getattr(node.func, "id", getattr(node.func, "attr", "")):
            yield node


@pytest.mark.parametrize(("kind", "table"), TABLES, ids=lambda item: getattr(item, "__name__", ""))
def test_every_member_is_explained_and_nothing_else_is(
    kind: type[StrEnum], table: Mapping[StrEnum, Explanation | str]
) -> None:
    assert set(table) == set(kind)
    for text in (item.meaning if isinstance(item, Explanation) else item for item in table.values()):
        assert text[0].isupper(), text
        assert text.endswith("."), text


def test_every_write_has_words_of_its_own() -> None:
    assert set(PHRASES) == set(ActionKind)
    assert len({*PHRASES.values()}) == len(PHRASES)
    assert not [text for text in PHRASES.values() if "_" in text]


def test_no_reason_is_explained_twice() -> None:
    assert sum(len(group.reasons) for group in GROUPS) == len(REASONS)


def test_the_causes_of_blockers_have_a_group_of_their_own() -> None:
    assert {code.value for code in BLOCKERS.reasons} == {cause.value for cause in Cause}


def test_somebody_acts_exactly_when_there_is_something_to_do() -> None:
    with pytest.raises(ValueError, match="somebody acts or nobody does"):
        operations("It broke.", "")
    with pytest.raises(ValueError, match="somebody acts or nobody does"):
        Explanation("It waits.", WhoActs.NOBODY, "Wait.")
    assert nobody("It waits.").what_to_do == ""


@pytest.mark.long
def test_every_reason_is_used() -> None:
    used: set[str] = set()
    for path, tree in trees("shared", "functions"):
        if "explained" in path.parts or path.match("domain/codes.py"):
            continue
        used |= members(tree, "ReasonCode")
        used |= {ReasonCode(Cause[name].value).name for name in members(tree, "Cause") if name in Cause.__members__}
    assert {code.name for code in ReasonCode} - used == set()


def test_what_asks_for_a_person_has_somebody_who_acts() -> None:
    asked: set[ReasonCode] = set()
    for _, tree in trees("shared"):
        for call in calls(tree, "Attention"):
            asked |= {ReasonCode[name] for name in members(call, "ReasonCode")}
        persons = [
            *calls(tree, "person"),
            *(call for call in calls(tree, "blocked") if "PERSON" in members(call, "Remedy")),
        ]
        persons += [call for call in calls(tree, "Blocker") if "PERSON" in members(call, "Remedy")]
        for call in persons:
            asked |= {ReasonCode(Cause[name].value) for name in members(call, "Cause")}
    assert len(asked) > 20
    assert {code for code in asked if REASONS[code].who is WhoActs.NOBODY} == set()


def test_a_request_that_cannot_be_read_is_the_matter_of_its_sender() -> None:
    """Wake-ups are messages between the stages: a bad one is dropped."""
    refused: set[ReasonCode] = set()
    for path, tree in trees("shared/contracts", "shared/operations"):
        if path.name != "wake_up.py":
            for call in calls(tree, "InvalidRequestError"):
                refused |= {ReasonCode[name] for name in members(call, "ReasonCode")}
    assert len(refused) > 8
    assert {code for code in refused if REASONS[code].who is not WhoActs.SENDER} == set()


def error_classes(base: type[OffboardingError] = OffboardingError) -> Iterator[type[OffboardingError]]:
    yield base
    for kind in base.__subclasses__():
        yield from error_classes(kind)


def test_what_is_tried_again_needs_nobody_and_the_rest_needs_somebody() -> None:
    kinds = [
        kind for kind in error_classes() if kind.__module__.startswith("shared.domain") or kind is NotResumableError
    ]
    assert len(kinds) > 12
    for kind in kinds:
        if kind.__name__ != "InvalidRequestError":
            assert kind.retryable is (REASONS[kind.code].who is WhoActs.NOBODY), kind
