"""Requests that can never work are answered and kept, never lost, never on a dead-letter queue."""

from __future__ import annotations

from collections import defaultdict

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusReceivedMessage

from tests.e2e.support.api import Api
from tests.e2e.support.crm import PROGRESS, REJECTED, REQUESTS, Crm, body, properties
from tests.e2e.support.malformed import COUNT, Malformed, malformed
from tests.e2e.support.scenario import request_for
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

PART = 128 * 1024
Copies = dict[str, list[ServiceBusReceivedMessage]]


@pytest.mark.timeout(240)
def test_two_hundred_malformed_requests_are_answered(crm: Crm, api: Api, tenant: Tenant) -> None:
    sent = {f"malformed-{number}": item for number, item in enumerate(malformed())}
    messages = [ServiceBusMessage(item.body, message_id=name) for name, item in sent.items()]
    crm.send_raw(messages)

    copies = until(lambda: _complete(crm), "a copy of every request on the rejected queue", 150)
    assert set(copies) == set(sent)
    for name, parts in copies.items():
        _check_copy(sent[name], parts)
    identities = {properties(parts[0])["offboardingId"] for parts in copies.values()}
    assert len(identities) == COUNT
    _check_events(crm, identities)
    listed = api.page("?status=rejected&limit=200")["items"]
    assert identities <= {item["offboardingId"] for item in listed} or len(listed) == 200
    for queue in (REQUESTS, REJECTED):
        assert not crm.lying(queue, dead=True)
    until(lambda: not crm.lying(REQUESTS), "every message is completed")

    good = request_for("Empty Ltd", "after-malformed", tenant.customer("Empty Ltd"))
    crm.send(good)
    assert crm.outcome("after-malformed")["type"] == "offboarding.removed.v1"


def _complete(crm: Crm) -> Copies | None:
    """The copies by message id, once every part of each of them is there."""
    by_id: Copies = defaultdict(list)
    for message in crm.rejected():
        if str(message.correlation_id).startswith("malformed-"):
            by_id[str(message.correlation_id)].append(message)
    whole = [name for name, parts in by_id.items() if len(parts) == int(properties(parts[0])["parts"])]
    return by_id if len(whole) == COUNT else None


def _check_copy(sent: Malformed, parts: list[ServiceBusReceivedMessage]) -> None:
    """The parts join to the original bytes, each with the reason."""
    shown = sorted((properties(part) for part in parts), key=lambda found: int(found["part"]))
    first = shown[0]
    assert [int(found["part"]) for found in shown] == list(range(1, len(parts) + 1))
    assert len(parts) == max(1, -(-len(sent.body) // PART))
    in_order = sorted(parts, key=lambda part: int(properties(part)["part"]))
    assert b"".join(map(body, in_order)) == sent.body
    for found in shown:
        assert {name: found[name] for name in ("code", "field", "rule")} == {
            name: first[name] for name in ("code", "field", "rule")
        }
    assert first["code"] == (sent.code or first["code"]), (sent.body[:200], first)
    # A name may be as long as the body: it is shortened where it is told.
    field = sent.field if len(sent.field or "") <= 80 else f"{(sent.field or '')[:79]}…"
    assert first["field"] == (field or first["field"]), (sent.body[:200], first)
    assert first["code"], first
    assert first["rule"], first


def _check_events(crm: Crm, identities: set[str]) -> None:
    """Each is told to the CRM once."""

    def told() -> list[str] | None:
        mine = [event for event in crm.events() if event["subject"] in identities]
        assert not [event for event in mine if event["type"] in PROGRESS]
        ids = {event["subject"]: event["id"] for event in mine}
        return list(ids.values()) if len(ids) == COUNT else None

    assert len(set(until(told, "an event for every rejected request"))) == COUNT
