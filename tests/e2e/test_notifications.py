"""What waits for people, and what has ended, reaches the sink once, also when a receiver fails at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.e2e.support.api import Api
from tests.e2e.support.scenario import closed, request_for, small, write_scenario
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

REMOVED, CLOSED = "Told & <b>Removed</b> Ltd", "Told Closed Ltd"
APPROVAL, ATTENTION, GONE = (f"offboarding.{kind}.v1" for kind in ("awaiting_approval", "needs_attention", "removed"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """A stack of its own, in which every plan needs a second person."""
    folder = tmp_path_factory.mktemp("told")
    scenario = write_scenario(folder / "scenario.json", small(REMOVED), closed(CLOSED))
    running, addresses = LocalStack.start(folder / "data", scenario, "--approval", "always")
    yield addresses
    running.kill()


def test_an_approval_a_trouble_and_a_removal_reach_every_channel_once(stack: Addresses) -> None:
    api, approver, tenant = Api(stack), Api(stack, stack.people["Approve"].header), Tenant(stack)
    planned = requests.post(f"{stack.notifications}/_sink/answers", json={"status": 503, "count": 2}, timeout=10)
    assert planned.status_code == 204
    for name, request_id in ((REMOVED, "told-removed"), (CLOSED, "told-closed")):
        assert api.ask(request_for(name, request_id, tenant.customer(name))).status_code == 202
    _approve(api, approver, "told-removed")
    api.follow("told-removed", {"removed"})
    if api.follow("told-closed", {"awaiting_approval", "needs_attention"})["status"] == "awaiting_approval":
        _approve(api, approver, "told-closed")
    api.follow("told-closed", {"needs_attention"})

    # What failed at first comes ten seconds later than the rest.
    expected = {("told-removed", APPROVAL), ("told-removed", GONE), ("told-closed", ATTENTION)}
    until(lambda: expected <= _hooks(stack).keys(), "the web hook")
    until(lambda: len(_came(stack, "teams")) == len(_came(stack, "webhook")), "as many cards as hooks")
    until(lambda: any(REMOVED in one["title"] for one in _came(stack, "emails:send")), "the mail")
    assert _hooks(stack)["told-removed", APPROVAL] == 1
    assert set(_hooks(stack).values()) == {1}
    identities = [one["id"] for one in _came(stack, "webhook")]
    assert len(identities) == len(set(identities))
    titles = Counter(one["title"] for one in _came(stack, "teams"))
    assert titles[f"{REMOVED} waits for an approval"] == 1
    assert titles[f"{REMOVED} is removed"] == 1
    assert titles[f"{CLOSED} needs a person"] == 1
    [mail, *_] = [one for one in _came(stack, "emails:send") if REMOVED in one["title"]]
    assert "&lt;b&gt;Removed&lt;/b&gt;" in mail["body"]["content"]["html"]
    identity = api.follow("told-removed", {"removed"})["offboardingId"]
    assert f"{stack.http}/console/offboardings/{identity}" in mail["text"]
    assert _no_secret_in_the_logs(stack)


def _approve(api: Api, approver: Api, request_id: str) -> None:
    shown = api.follow(request_id, {"awaiting_approval"})
    body = {"planDigest": shown["plan"]["digest"], "reason": "case 123"}
    assert approver.say(shown["offboardingId"], "approve", body).status_code == 202


def _came(stack: Addresses, place: str) -> list[dict[str, Any]]:
    found = requests.get(f"{stack.notifications}/_sink/messages", timeout=10).json()
    return [one for one in found if one["place"] == place]


def _hooks(stack: Addresses) -> Counter[tuple[str, str]]:
    """Request id and type of each event that reached the web hook."""
    return Counter((one["body"]["data"]["requestId"], one["body"]["type"]) for one in _came(stack, "webhook"))


def _no_secret_in_the_logs(stack: Addresses) -> bool:
    key = (stack.data / "sink" / "webhook-key").read_text(encoding="utf-8").strip()
    assert key.startswith("whsec_")
    logs = [log.read_text(encoding="utf-8", errors="replace") for log in (stack.data / "logs").glob("*.log")]
    return logs != [] and not any(
        key in log or "/webhook" in log or f"{stack.notifications}/teams" in log for log in logs
    )
