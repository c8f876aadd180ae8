"""Messages whose body is no plain data, as JMS clients send them: no function can be given one. Kept and answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageProperties

from tests.e2e.support.api import Api
from tests.e2e.support.crm import REQUESTS, Crm, body, properties
from tests.e2e.support.scenario import request_for
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

STAGE_QUEUE = "offboarding-remove"
NAMES = ("unreadable-text", "unreadable-map", "unreadable-sequence")


def _message(name: str, **content: Any) -> AmqpAnnotatedMessage:
    return AmqpAnnotatedMessage(properties=AmqpMessageProperties(message_id=name), **content)


def test_a_body_that_is_no_data_is_kept_and_answered(crm: Crm, api: Api, tenant: Tenant) -> None:
    # Each under its own request id: the same request under the same id has one rejection, however often it is sent.
    text, mapped, listed = (request_for("Untouched Ltd", name, tenant.customer("Untouched Ltd")) for name in NAMES)
    sent = (
        _message(NAMES[0], value_body=json.dumps(text)),
        _message(NAMES[1], value_body=mapped),
        _message(NAMES[2], sequence_body=[[json.dumps(listed)]]),
    )
    crm.send_raw(sent)
    crm.send_raw([_message("unreadable-wake-up", value_body={"offboardingId": "x", "stage": "remove"})], STAGE_QUEUE)

    copies = until(lambda: _copies(crm), "a copy of each")
    assert {properties(copy)["code"] for copy in copies.values()} == {"unreadable_body"}
    assert body(copies[NAMES[0]]).decode() == json.dumps(text)
    assert json.loads(body(copies[NAMES[1]])) == mapped
    assert json.loads(body(copies[NAMES[2]])) == [[json.dumps(listed)]]
    identities = {properties(copy)["offboardingId"] for copy in copies.values()}
    for identity in identities:
        assert api.show(identity)["reason"]["code"] == "unreadable_body"
    until(lambda: identities <= {event["subject"] for event in crm.events()}, "an event for each")
    for queue in (REQUESTS, STAGE_QUEUE):
        until(lambda queue=queue: not crm.lying(queue) and not crm.lying(queue, dead=True), f"nothing left on {queue}")  # type: ignore[misc]
    assert not tenant.effects(tenant.customer("Untouched Ltd")["id"])


def _copies(crm: Crm) -> dict[str, ServiceBusReceivedMessage] | None:
    mine = {str(copy.correlation_id): copy for copy in crm.rejected() if str(copy.correlation_id) in NAMES}
    return mine if len(mine) == len(NAMES) else None
