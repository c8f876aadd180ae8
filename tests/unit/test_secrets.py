"""I12: no secret and no token in a log record, on the timeline, in an event, a message, a view or an error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
import requests

from local.simulator.knobs import Knobs, SignIn, SignInFailure
from local.simulator.messages import Request, encode
from local.simulator.scenario.models import CustomerSpec, PartnerSpec, Scenario, SignInSpec
from local.world.world import World
from shared.domain.offboarding.states import Status
from shared.operations.show import show
from tests.functional.customers import removable

CLIENT_SECRET = "recognisable-client-secret"
REFRESH_TOKEN = "recognisable-refresh-token"


class Spy:
    """Remembers every token that the simulator hands out."""

    def __init__(self, world: World) -> None:
        self.tokens: set[str] = set()
        handle = world.simulator.handle

        def watched(request: Request) -> Any:
            answer = handle(request)
            if "/oauth2/" in request.path and answer.status == 200:
                body = answer.json()
                self.tokens |= {body[name] for name in ("access_token", "refresh_token") if body.get(name)}
            return answer

        world.simulator.handle = watched  # type: ignore[method-assign]


def customer() -> CustomerSpec:
    return removable("Secretive")


def world_of(knobs: Knobs | None = None) -> tuple[World, Spy]:
    sign_in = SignInSpec(client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN)
    partner = PartnerSpec(sign_in=sign_in)
    world = World(scenario=Scenario(partner=partner, customers=(customer(),), knobs=knobs or Knobs()))
    return world, Spy(world)


def texts(world: World) -> Iterator[str]:
    """Everything that the application shows to anybody."""
    for message in (*world.bus.events, *world.bus.rejected, *world.bus.queued):
        yield repr(message)
        yield message.body.decode(errors="replace")
    for offboarding in world.all():
        yield repr(offboarding)
        yield from map(repr, world.store.timeline(offboarding.id))
        yield from map(repr, world.store.holdings(offboarding.id).values())
        shown = show(offboarding.id, world.services)
        yield shown.view.to_json() if shown else ""
    for part in fields(world.services):
        yield repr(getattr(world.services, part.name))
    for entry in world.journal():
        yield f"{entry['path']}?{entry['query']}"


def logged(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    formatter = logging.Formatter("%(name)s %(message)s")
    for record in caplog.records:
        yield formatter.format(record)
        yield repr(record.__dict__)


def assert_kept(world: World, spy: Spy, caplog: pytest.LogCaptureFixture) -> None:
    secrets = {CLIENT_SECRET, REFRESH_TOKEN, *spy.tokens}
    shown = [*texts(world), *logged(caplog)]
    assert len(shown) > 20
    for secret in secrets:
        found = [text for text in shown if secret in text]
        assert not found, found[0][:2000].replace(secret, "<secret>")


FAULTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "gateway pages": {"type": "html"},
    "broken connections": {"type": "dropAfter"},
    "no answers in time": {"type": "delay", "seconds": 61},
    "refused tokens": {"type": "status", "status": 401, "code": "900420"},
    "odd answers": {"type": "rewrite", "set": {"/items": 7, "/id": [], "/access_token": None}},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_world_in_trouble_keeps_its_secrets(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world, spy = world_of()
    request = world.ask(customer())
    for nth in range(4, 60, 7) if FAULTS[fault] else ():
        rule = {"match": {"nth": nth}, "action": FAULTS[fault]}
        answer = world.simulator.handle(Request.of("POST", "/_simulator/faults", {}, encode([rule])))
        assert answer.status < 300, answer.body
    world.run()

    assert spy.tokens
    assert world.offboarding(request).status in {Status.REMOVED, Status.NEEDS_ATTENTION}
    assert_kept(world, spy, caplog)


@pytest.mark.parametrize("failure", SignInFailure)
def test_a_refused_sign_in_keeps_its_secrets(failure: SignInFailure, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world, spy = world_of(Knobs(sign_in=SignIn(failure=failure)))
    request = world.ask(customer())
    world.run()

    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    assert_kept(world, spy, caplog)


@pytest.mark.long
@pytest.mark.parametrize("quoted", [CLIENT_SECRET, REFRESH_TOKEN])
def test_a_token_endpoint_that_quotes_a_secret_is_not_repeated(quoted: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world, spy = world_of()
    body = {"error": "invalid_client", "error_description": f"AADSTS7000215: Invalid value '{quoted}' provided."}
    rule = {"match": {"pathRegex": "/oauth2/"}, "action": {"type": "status", "status": 401, "body": body}}
    world.simulator.handle(Request.of("POST", "/_simulator/faults", {}, encode([rule])))
    world.ask(customer())
    world.run()

    assert_kept(world, spy, caplog)


def test_a_bug_that_carries_a_token_in_its_exception_is_recorded_without_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unexpected exception of the HTTP library below the session: only its type is stored."""

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError(f"Authorization: Bearer {REFRESH_TOKEN}")

    world, spy = world_of()
    monkeypatch.setattr(requests.Session, "send", broken)
    world.ask(customer())
    world.run()

    spy.tokens.clear()
    found = [text for text in texts(world) if REFRESH_TOKEN in text]
    assert not found
