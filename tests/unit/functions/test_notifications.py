"""The two functions that tell people, with the app's own settings behind them."""

from __future__ import annotations

import json

import pytest

from local.world.world import World
from shared.composition import notices
from shared.composition.settings import read_settings
from shared.contracts.events import EventType
from shared.domain.offboarding.messages import Destination
from tests.unit.adapters.socket_server import talking
from tests.unit.functions.support import TRIGGERS, deliver
from tests.unit.notify.support import event
from tests.unit.support.worlds import on_queue
from tests.unit.test_settings import GOOD

RULES = {
    "OFFBOARDING_NOTIFY_RULES": "duty: people to teams",
    "OFFBOARDING_NOTIFY_HOSTS": "127.0.0.1",
    "ServiceBus": f"{GOOD['ServiceBus']};UseDevelopmentEmulator=true",
}


def test_each_listens_where_infra_makes_it_something_to_listen_to() -> None:
    assert TRIGGERS["notify"].topic_name == "offboarding-events"
    assert TRIGGERS["notify"].subscription_name == "notify"
    assert TRIGGERS["deliver_notification"].queue_name == "offboarding-notifications"


def test_an_event_becomes_a_card(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with talking(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n") as receiver:
        settings = read_settings(GOOD | RULES | {"OFFBOARDING_NOTIFY_TEAMS_URL": f"{receiver.url}/teams?sig=x"})
        found = notices.assemble(settings, world.store, world.bus, world.clock)
        monkeypatch.setattr(notices, "notifier", lambda: found)
        deliver("notify", event().to_json().encode())
        deliver("notify", event(2, EventType.PROGRESS).to_json().encode())
        [message] = on_queue(world, Destination.NOTIFICATIONS)
        deliver("deliver_notification", message.body)
        deliver("deliver_notification", message.body)
    [request] = receiver.requests
    card = json.loads(request.partition(b"\r\n\r\n")[2])["attachments"][0]["content"]
    assert card["body"][0]["inlines"][0]["text"] == "Contoso Ltd needs a person"


def test_it_is_built_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "_notifier", None)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    assert notices.notifier() is notices.notifier()
    assert dict(notices.notifier().rules) == {}
    monkeypatch.setattr(notices, "_notifier", None)
