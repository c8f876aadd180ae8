"""Before the first write the sign-in is looked at: what only reads must not leave a customer half-done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.simulator.knobs import Knobs, SignIn
from local.simulator.messages import Request, encode
from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.states import Status
from shared.operations.resume import resume
from tests.functional.checks import effects
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm


@pytest.mark.parametrize(
    ("sign_in", "said"),
    [
        (SignIn(mfa=False), "MFA"),
        (SignIn(admin_agent=False), "role"),
    ],
)
def test_a_sign_in_that_cannot_finish_begins_nothing(sign_in: SignIn, said: str) -> None:
    customer = b.customer("Careful", b.nce(), b.legacy())
    world = World(scenario=b.scenario(customer, sign_in=sign_in))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=2))

    found = world.offboarding(request)
    assert found.status is Status.NEEDS_ATTENTION
    assert found.reason is not None
    assert found.reason.code == "sign_in_required"
    assert said in found.reason.text
    assert not effects(world)


@pytest.mark.parametrize(
    "code",
    [(401, "900420"), (401, "900421"), (400, "900316"), (403, "900329"), (403, "900150")],
    ids=lambda code: str(code[1]),
)
@pytest.mark.parametrize("path", ["/subscriptions$", "/relationshiprequests$"], ids=["stage", "preflight"])
def test_a_mended_sign_in_works_at_the_next_attempt_without_a_restart(path: str, code: tuple[int, str]) -> None:
    """The process keeps running, no token expires: only the one that was refused is not used again."""
    customer = b.customer("Mended", b.nce())
    world = World(scenario=b.scenario(customer))
    action = {"type": "status", "status": code[0], "code": code[1]}
    arm(world, {"match": {"pathRegex": path, "nth": 1}, "action": action})
    request = world.ask(customer)
    world.run(for_at_most=timedelta(minutes=1))
    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    assert redeemed(world) <= 3, "one for each service; after the refusal, the reads beside it may get a new one"
    repeated = [entry["requestId"] for entry in world.journal() if entry["status"] == code[0]]
    assert len(repeated) == 1

    resume(world.offboarding(request).id, OPERATOR, world.services)
    world.run(for_at_most=timedelta(hours=1))
    assert world.offboarding(request).status is not Status.NEEDS_ATTENTION
    assert redeemed(world) >= 2


def test_after_a_consent_with_mfa_the_running_process_goes_on() -> None:
    customer = b.customer("Consented", b.nce())
    world = World(scenario=b.scenario(customer, sign_in=SignIn(mfa=False)))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(minutes=1))
    found = world.offboarding(request)
    assert found.reason is not None
    assert (found.status, found.reason.code) == (Status.NEEDS_ATTENTION, "sign_in_required")

    body = encode({"signIn": {"mfa": True}})
    assert world.simulator.handle(Request.of("PATCH", "/_simulator/knobs", {}, body)).status == 200
    resume(found.id, OPERATOR, world.services)
    world.run(for_at_most=timedelta(days=1))
    assert world.offboarding(request).status is Status.REMOVED


def redeemed(world: World) -> int:
    """Token requests for Partner Center, the one for the customer's tenant aside."""
    partner = world.scenario.partner.tenant_id
    return sum(entry["path"] == f"/{partner}/oauth2/v2.0/token" for entry in world.journal())


def test_a_sign_in_that_was_mended_is_noticed_without_a_resume() -> None:
    customer = b.customer("Mended", b.nce(), b.legacy())
    world = World(scenario=b.scenario(customer, sign_in=SignIn(mfa=False)))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=2))
    assert world.offboarding(request).status is Status.NEEDS_ATTENTION

    world.simulator.set_knobs(Knobs())
    world.clock.advance(timedelta(days=1))
    world.sweep()
    world.run(for_at_most=timedelta(days=1))

    assert world.offboarding(request).status is Status.REMOVED
