"""Before the first write the sign-in is looked at: what only reads must not leave a customer half-done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.simulator.knobs import SignIn
from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding import Status
from tests.functional.checks import effects


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
