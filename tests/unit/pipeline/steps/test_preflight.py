"""The preflight of the plan stage: problems only a person can fix; cheap, and never remembering a problem."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.knobs import Knobs
from local.simulator.messages import Request, encode
from local.simulator.scenario.models import Scenario
from local.world.world import World
from shared.domain.errors import UnavailableError
from shared.pipeline.steps.preflight import forget_clear_answer, preflight


def world_of(**sign_in: Any) -> World:
    return World(scenario=Scenario(knobs=Knobs.model_validate({"signIn": sign_in})))


def fix(world: World, **sign_in: Any) -> None:
    body = encode({"signIn": sign_in})
    assert world.simulator.handle(Request.of("PATCH", "/_simulator/knobs", {}, body)).status == 200


def test_a_clear_answer_costs_one_get_in_five_minutes() -> None:
    world = world_of()
    for _ in range(3):
        assert preflight(world.services) == ()
    assert [entry["path"] for entry in world.journal()][-1] == "/v1/customers/relationshiprequests"
    calls = len(world.journal())
    world.clock.pass_machine(timedelta(minutes=5) - timedelta(seconds=1))
    preflight(world.services)
    assert len(world.journal()) == calls
    world.clock.pass_machine(timedelta(seconds=1))
    preflight(world.services)
    assert len(world.journal()) == calls + 1


@pytest.mark.parametrize(
    ("sign_in", "codes"),
    [
        ({"failure": "expiredRefreshToken"}, ["AADSTS700082"]),
        ({"failure": "revokedRefreshToken"}, ["AADSTS50173"]),
        ({"failure": "wrongSecret"}, ["AADSTS7000215"]),
        ({"failure": "noConsent"}, ["AADSTS65001"]),
        ({"mfa": False}, ["900421"]),
        ({"appOnly": True}, ["900329"]),
        ({"audience": "https://graph.windows.net"}, ["900420"]),
        ({"audience": "https://graph.windows.net", "mfa": False}, ["900420", "900421"]),
        ({"adminAgent": False}, ["900150"]),
    ],
)
def test_problems_are_told_and_not_remembered(sign_in: dict[str, Any], codes: list[str]) -> None:
    world = world_of(**sign_in)
    assert [problem.code for problem in preflight(world.services)] == codes
    fix(world, mfa=True)
    assert preflight(world.services) == (), "a token that lacks something is not used again"


def test_what_passes_by_itself_is_no_problem_for_a_person() -> None:
    with pytest.raises(UnavailableError):
        preflight(world_of(failure="unavailable").services)


def test_a_clear_answer_is_doubted_once_a_call_was_refused_for_the_sign_in() -> None:
    world = world_of()
    assert preflight(world.services) == ()
    fix(world, adminAgent=False)
    assert preflight(world.services) == ()
    world.services.sign_in.forget()
    assert preflight(world.services) == (), "the clear answer still counts"
    forget_clear_answer()
    assert [problem.code for problem in preflight(world.services)] == ["900150"]
