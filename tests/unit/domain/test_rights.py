"""Who may do what: every cell of the table, for every combination of roles, and what a refusal says."""

from __future__ import annotations

from itertools import chain, combinations

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.errors import DeniedError
from shared.domain.people.actor import UNNAMED_KEY, Actor, ActorType, from_queue, system
from shared.domain.people.authorise import authorise
from shared.domain.people.rights import RIGHTS, Operation, Role

# Columns: key, Read, Request, Approve, Operate. y: yes, o: only the own request, n: yes, but never the own, -: no.
TABLE = """
create          y - y - y
list            y y y y y
show            y y y y y
evidence        y y y y y
report          y y y y y
show_batch      y y y y y
describe        y y y y y
approve         - - - n -
reject          - - - n -
withdraw        o - o - y
reschedule      o - o - y
resume          - - - - y
override        - - - - n
redrive         - - - - y
create_batch    y - y - y
show_brake      y y y y y
hold_brake      - - - y y
release_brake   - - - - y
doctor          - y - - y
"""
ROWS = {Operation(line.split()[0]): line.split()[1:] for line in TABLE.strip().splitlines()}
MAY = {("y", False), ("y", True), ("o", True), ("n", False)}
PERSON = Actor(ActorType.PERSON, "11111111-0000-4000-8000-000000000001", "Ada")
SETS = tuple(frozenset(some) for some in chain.from_iterable(combinations(Role, size) for size in range(5)))


def test_every_operation_has_its_row() -> None:
    assert set(ROWS) == set(Operation) == set(RIGHTS)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("operation", Operation)
def test_a_program_with_a_key(operation: Operation, own: bool) -> None:
    refusal = authorise(UNNAMED_KEY, (), operation, own=own)

    assert (refusal is None) is ((ROWS[operation][0], own) in MAY)
    # Roles that a key would claim change nothing.
    assert (authorise(UNNAMED_KEY, tuple(Role), operation, own=own) is None) is (refusal is None)


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("roles", SETS, ids=lambda some: "+".join(sorted(r.name for r in some)) or "none")
@pytest.mark.parametrize("operation", Operation)
def test_a_person_with_roles(operation: Operation, roles: frozenset[Role], own: bool) -> None:
    cells = [ROWS[operation][1 + list(Role).index(role)] for role in roles]
    never_own = own and "n" in ROWS[operation]
    wanted = any((cell, own) in MAY for cell in cells) and not never_own

    refusal = authorise(PERSON, roles, operation, own=own)

    assert (refusal is None) is wanted
    if refusal is None:
        return
    assert refusal.code is (ReasonCode.OWN_REQUEST if never_own and set(cells) - {"-"} else ReasonCode.NOT_ALLOWED)
    assert refusal.operator_action
    if refusal.code is ReasonCode.NOT_ALLOWED:
        enough = {role for role, cell in zip(Role, ROWS[operation][1:], strict=True) if cell in ("y", "n", "o")}
        named = {role for role in Role if role.value in str(refusal)}
        assert named
        assert named <= enough - roles


@pytest.mark.parametrize("operation", Operation)
def test_the_queue_and_the_pipeline_may_do_nothing_over_http(operation: Operation) -> None:
    for actor in (from_queue("CRM"), system("sweeper")):
        refusal = authorise(actor, tuple(Role), operation, own=True)
        assert isinstance(refusal, DeniedError)
        assert refusal.code is ReasonCode.NOT_ALLOWED


def test_what_comes_by_queue_is_the_queue_of_requests_with_a_claimed_name() -> None:
    assert from_queue("CRM") == Actor(ActorType.QUEUE, "requests", "CRM")


def test_the_same_one_is_told_by_type_and_id() -> None:
    assert PERSON.same(Actor(ActorType.PERSON, PERSON.id, "Ada, married"))
    assert not PERSON.same(Actor(ActorType.PERSON, "another", PERSON.name))
    assert not PERSON.same(Actor(ActorType.KEY, PERSON.id, PERSON.name))
    assert not PERSON.same(None)
    assert not from_queue("CRM").same(from_queue("CRM"))
    assert not system("sweeper").same(system("sweeper"))
