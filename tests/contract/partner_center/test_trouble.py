"""What goes wrong at the services, as the pipeline gets to see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.simulator.knobs import Knobs, SignIn, SignInFailure
from local.simulator.scenario.models import CustomerSpec
from shared.domain.errors import (
    NoAnswerError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)
from tests.contract.partner_center.world import CUSTOMER, World, code_of


@pytest.mark.long
@pytest.mark.parametrize(
    ("sign_in", "code"),
    [
        (SignIn(mfa=False), "900421"),
        (SignIn(audience="https://graph.windows.net"), "900420"),
        (SignIn(failure=SignInFailure.INVALID_GRANT), "AADSTS700082"),
        (SignIn(failure=SignInFailure.INTERACTION_REQUIRED), "AADSTS50076"),
        (SignIn(failure=SignInFailure.INVALID_CLIENT), "AADSTS7000222"),
    ],
)
def test_a_sign_in_that_only_a_person_can_mend(sign_in: SignIn, code: str) -> None:
    world = World(Knobs(sign_in=sign_in))
    with pytest.raises(SignInRequiredError) as caught:
        world.partner_center.list_customers()
    assert caught.value.remote_code == code
    assert len(world.journal()) <= 1


def test_a_sign_in_service_that_is_down() -> None:
    world = World(Knobs(sign_in=SignIn(failure=SignInFailure.UNAVAILABLE)))
    with pytest.raises(UnavailableError):
        world.partner_center.list_customers()


def test_a_token_that_expired_early_is_renewed_once() -> None:
    world = World()
    world.partner_center.get_customer(CUSTOMER)
    world.machine += timedelta(hours=2)
    world.partner_center.get_customer(CUSTOMER)
    assert [entry.status for entry in world.journal()] == [200, 401, 200]


def test_the_throttled_service_is_left_alone_until_its_time_has_come() -> None:
    world = World(Knobs(rate_limit_per_minute=2))
    world.partner_center.get_customer(CUSTOMER)
    world.partner_center.get_customer(CUSTOMER)
    waits = []
    for _ in range(3):
        with pytest.raises(ThrottledError) as caught:
            world.partner_center.get_customer(CUSTOMER)
        waits.append(caught.value.retry_after)
        world.later(seconds=20)
    assert [entry.status for entry in world.journal()] == [200, 200, 429]
    assert waits[0] is not None
    assert waits == [waits[0] - timedelta(seconds=20 * number) for number in range(3)]
    world.clock.advance(waits[0] - timedelta(seconds=60))
    world.partner_center.get_customer(CUSTOMER)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"type": "html", "status": 200}, UnreadableAnswerError),
        ({"type": "html", "status": 502}, UnavailableError),
        ({"type": "dropBefore"}, UnavailableError),
        ({"type": "delay", "seconds": 60}, UnavailableError),
        ({"type": "status", "status": 500}, UnavailableError),
        ({"type": "status", "status": 403, "code": "2032"}, RefusedError),
        ({"type": "rewrite", "remove": ["/items"]}, UnreadableAnswerError),
        ({"type": "rewrite", "remove": ["/items/*/id"]}, UnreadableAnswerError),
        ({"type": "rewrite", "set": {"/items/*/commitmentEndDate": "soon"}}, UnreadableAnswerError),
        ({"type": "throttle", "retryAfter": 30}, ThrottledError),
    ],
)
def test_a_read_that_goes_wrong(fault: dict[str, object], expected: type[RemoteError]) -> None:
    world = World()
    world.fault("/subscriptions$", fault)
    with pytest.raises(RemoteError) as caught:
        world.partner_center.list_subscriptions(CUSTOMER)
    assert type(caught.value) is expected


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"type": "dropBefore"}, NoAnswerError),
        ({"type": "dropAfter"}, NoAnswerError),
        ({"type": "html", "status": 502}, NoAnswerError),
        ({"type": "status", "status": 503}, UnavailableError),
        ({"type": "html", "status": 200}, None),
    ],
)
def test_a_write_that_goes_wrong(fault: dict[str, object], expected: type[RemoteError] | None) -> None:
    world = World()
    world.fault(f"/customers/{CUSTOMER}$", fault, method="PATCH")
    if expected is None:
        assert world.partner_center.remove_relationship(CUSTOMER, world.request_id()).status == 200
        return
    with pytest.raises(RemoteError) as caught:
        world.partner_center.remove_relationship(CUSTOMER, world.request_id())
    assert type(caught.value) is expected


@pytest.mark.parametrize(("action", "complete"), [("truncate", False), ("empty", True)])
def test_a_collection_that_is_shorter_than_it_says(action: str, complete: bool) -> None:
    world = World()
    world.fault("/subscriptions$", {"type": action})
    found = world.partner_center.list_subscriptions(CUSTOMER)
    assert (found.items, found.complete) == ((), complete)


def test_azure_without_a_role_or_a_tenant_without_consent_concerns_one_customer() -> None:
    world = World(None, CustomerSpec(name="No role", id=CUSTOMER, arm_role=False))
    with pytest.raises(RefusedError) as caught:
        world.reservations.list_reservations(CUSTOMER)
    assert code_of(caught.value) == (403, "AuthorizationFailed")
    with pytest.raises(RefusedError) as unknown:
        world.reservations.list_reservations(CUSTOMER.replace("1", "7"))
    assert unknown.value.remote_code == "AADSTS90002"
