"""PartnerCenterClient: what it sends, and what it takes for done."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from shared.domain.errors import (
    InvalidRequestError,
    NoAnswerError,
    RefusedError,
    UnavailableError,
    UnreadableAnswerError,
)
from shared.ports.partner import SubscriptionTarget
from tests.unit.adapters.fake_http import BASE, CUSTOMER, REQUEST_ID, Reply, partner_center

SUBSCRIPTION = "44444444-aaaa-4bbb-8ccc-000000000004"
HOME = f"{BASE}/v1/customers/{CUSTOMER}"
CANCEL = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]
RESOURCE: dict[str, object] = {
    "Id": SUBSCRIPTION.upper(),
    "Status": "active",
    "AutoRenewEnabled": True,
    "scheduledNextTermInstructions": {"quantity": 3},
    "scheduledActions": [],
    "unknownToUs": {"a": [1, 2.5, None]},
}
IMAGE = json.dumps(RESOURCE)


@pytest.mark.parametrize(
    ("reply", "completed", "detail"),
    [
        (Reply({"Status": "Deleted"}), True, "status Deleted"),
        (Reply({"status": "active"}), False, "status active"),
        (Reply(b"", 202, {"Location": "/customers/x/subscriptions/y"}), False, "accepted /customers/x/subscriptions/y"),
        (Reply({"status": "deleted"}, 202), False, "accepted"),
        (Reply(b"}"), False, "answered without a readable body"),
        (Reply(b""), False, "answered without a readable body"),
        (Reply(b"<html>OK</html>"), False, "answered without a readable body"),
        (Reply({"status": ["deleted"]}), False, "answer.status: expected a text, got list \"['deleted']\""),
    ],
)
def test_cancelling_sends_the_whole_resource_with_one_change(reply: Reply, completed: bool, detail: str) -> None:
    client, script = partner_center(reply)
    answer = client.set_subscription_status(CUSTOMER, SUBSCRIPTION, IMAGE, SubscriptionTarget.DELETED, REQUEST_ID)
    assert (answer.status, answer.completed, answer.detail) == (reply.status, completed, detail)
    assert (script.asked[0].method, script.asked[0].url) == ("PATCH", f"{HOME}/subscriptions/{SUBSCRIPTION}")
    assert script.asked[0].headers["MS-RequestId"] == REQUEST_ID
    assert script.body() == RESOURCE | {"Status": "deleted"}


@pytest.mark.parametrize("image", ["", "{}", "[]", '{"id":"another"}', "not json"])
def test_a_status_needs_the_image_of_that_subscription(image: str) -> None:
    client, script = partner_center()
    with pytest.raises(InvalidRequestError, match="image"):
        client.set_subscription_status(CUSTOMER, SUBSCRIPTION, image, SubscriptionTarget.SUSPENDED, REQUEST_ID)
    assert script.asked == []


def test_ending_at_term_switches_renewal_off_and_records_a_cancel() -> None:
    client, script = partner_center(Reply(RESOURCE), Reply({"autoRenewEnabled": False, "scheduledActions": CANCEL}))
    assert client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID).completed
    wanted = RESOURCE | {"AutoRenewEnabled": False, "scheduledActions": CANCEL}
    assert script.body() == {key: item for key, item in wanted.items() if key != "scheduledNextTermInstructions"}
    assert [sent.method for sent in script.asked] == ["GET", "PATCH"]


def test_ending_at_term_twice_writes_once() -> None:
    client, script = partner_center(Reply(RESOURCE | {"AutoRenewEnabled": False, "scheduledActions": CANCEL}))
    assert client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID).completed
    assert [sent.method for sent in script.asked] == ["GET"]


@pytest.mark.parametrize(
    "shown",
    [
        {"scheduledActions": CANCEL},
        {"autoRenewEnabled": True, "scheduledActions": CANCEL},
        {"autoRenewEnabled": False},
        {"autoRenewEnabled": False, "scheduledActions": [{"scheduleType": "CustomDate", "actionType": "Cancel"}]},
        {
            "autoRenewEnabled": False,
            "scheduledActions": [*CANCEL, {"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}],
        },
        {"autoRenewEnabled": False, "scheduledActions": "cancel"},
    ],
)
def test_an_end_at_term_that_is_not_shown_is_not_completed(shown: dict[str, object]) -> None:
    client, _ = partner_center(Reply(RESOURCE), Reply(shown))
    assert not client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID).completed


def test_ending_at_term_fails_before_its_write() -> None:
    client, script = partner_center(Reply(error=requests.ReadTimeout()), Reply(RESOURCE | {"Id": "another"}))
    with pytest.raises(UnavailableError):
        client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID)
    with pytest.raises(UnreadableAnswerError, match="asked for"):
        client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID)
    assert [sent.method for sent in script.asked] == ["GET", "GET"]


@pytest.mark.parametrize(
    ("reply", "completed"),
    [(Reply({"status": "active"}), False), (Reply({"status": "inactive"}), True), (Reply(b"", 202), False)],
)
def test_cancelling_an_azure_subscription(reply: Reply, completed: bool) -> None:
    client, script = partner_center(reply)
    assert client.cancel_azure_subscription(CUSTOMER, "plan", "azure", REQUEST_ID).completed is completed
    assert script.asked[0].url == f"{HOME}/subscriptions/plan/azureEntitlements/azure/cancel"
    assert script.body() == {"cancellationReason": "compromise"}


@pytest.mark.parametrize(
    ("shown", "completed"),
    [
        ({"id": "O", "status": "cancelled", "lineItems": [{"lineItemNumber": 0, "quantity": 1}]}, True),
        ({"id": "O", "status": "completed", "lineItems": [{"lineItemNumber": 0, "quantity": 0}]}, True),
        ({"id": "O", "lineItems": [{"lineItemNumber": 0, "quantity": 0}, {"lineItemNumber": 1, "quantity": 1}]}, True),
        ({"id": "O", "lineItems": [{"lineItemNumber": 0, "quantity": 1}, {"lineItemNumber": 1, "quantity": 0}]}, False),
        ({"id": "O", "status": "completed", "lineItems": []}, False),
        ({"id": "O", "lineItems": [{}]}, False),
    ],
)
def test_cancelling_an_order(shown: object, completed: bool) -> None:
    client, script = partner_center(Reply(shown))
    assert client.cancel_order_line(CUSTOMER, "Order_1-x", 0, "a:b:c", REQUEST_ID).completed is completed
    assert (script.asked[0].method, script.asked[0].url) == ("PATCH", f"{HOME}/orders/Order_1-x")
    line = {"lineItemNumber": 0, "offerId": "a:b:c"}
    assert script.body() == {"id": "Order_1-x", "status": "cancelled", "lineItems": [line]}


def test_the_echo_of_a_removal_proves_nothing() -> None:
    client, script = partner_center(Reply({"Id": None, "RelationshipToPartner": "none"}))
    answer = client.remove_relationship(CUSTOMER, REQUEST_ID)
    assert (answer.status, answer.completed) == (200, False)
    assert (script.asked[0].method, script.asked[0].url) == ("PATCH", HOME)
    assert script.body() == {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}


@pytest.mark.parametrize("error", [requests.ReadTimeout(), requests.ConnectionError("reset")])
def test_a_removal_without_an_answer_is_unknown(error: requests.RequestException) -> None:
    client, _ = partner_center(Reply(error=error))
    with pytest.raises(NoAnswerError):
        client.remove_relationship(CUSTOMER, REQUEST_ID)


def test_another_customer_than_the_one_asked_for_is_not_believed() -> None:
    client, _ = partner_center(Reply({"id": CUSTOMER.upper()}), Reply({"id": SUBSCRIPTION}))
    assert client.get_customer(CUSTOMER).id == CUSTOMER.upper()
    with pytest.raises(UnreadableAnswerError, match="asked for"):
        client.get_customer(CUSTOMER)


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        (Reply({"name": "Us"}), False),
        (Reply({"code": 20002}, 403), True),
        (Reply({"code": 1000}, 404), True),
    ],
)
def test_the_support_contact(reply: Reply, refused: bool) -> None:
    client, script = partner_center(reply)
    assert client.support_contact_refused(CUSTOMER, SUBSCRIPTION) is refused
    assert script.asked[0].url == f"{HOME}/subscriptions/{SUBSCRIPTION}/supportcontact"


def test_a_support_contact_that_cannot_be_asked_for_is_no_proof() -> None:
    client, _ = partner_center(Reply({"code": 2000}, 400), Reply(b"", 503))
    with pytest.raises(RefusedError):
        client.support_contact_refused(CUSTOMER, SUBSCRIPTION)
    with pytest.raises(UnavailableError):
        client.support_contact_refused(CUSTOMER, SUBSCRIPTION)


AUDITED = {
    "customerId": CUSTOMER.upper(),
    "operationType": "remove_partner_customer_relationship",
    "operationStatus": "succeeded",
    "operationDate": "2026-09-01T12:00:00.0589308Z",
}
SINCE = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, True),
        ({"operationStatus": "failed"}, False),
        ({"operationType": "update_subscription"}, False),
        ({"customerId": SUBSCRIPTION}, False),
        ({"operationDate": "2026-09-01T11:59:59Z"}, False),
        ({"operationDate": None}, False),
    ],
)
def test_the_audit_log(change: dict[str, object], found: bool) -> None:
    other = {"operationType": "create_order"}
    client, script = partner_center(Reply({"totalCount": 2, "items": [other, AUDITED | change]}))
    assert client.removal_audited(CUSTOMER, SINCE) is found
    query = parse_qs(urlsplit(str(script.asked[0].url)).query)
    assert query["startDate"] == ["2026-09-01"]
    assert json.loads(query["filter"][0]) == {"Field": "CustomerId", "Value": CUSTOMER, "Operator": "equals"}


def test_the_link_to_come_back() -> None:
    client, _ = partner_center(Reply({"url": "https://admin.example/accept"}), Reply({"url": "javascript:alert(1)"}))
    assert client.relationship_request_url() == "https://admin.example/accept"
    with pytest.raises(UnreadableAnswerError, match="https"):
        client.relationship_request_url()


@pytest.mark.parametrize("bad", ["relationshiprequests", "../x", ""])
def test_no_call_leaves_for_something_that_is_no_customer(bad: str) -> None:
    client, script = partner_center()
    with pytest.raises(InvalidRequestError):
        client.remove_relationship(bad, REQUEST_ID)
    with pytest.raises(InvalidRequestError):
        client.list_azure_subscriptions(CUSTOMER, "../../x")
    with pytest.raises(InvalidRequestError):
        client.remove_relationship(CUSTOMER, "not-a-guid")
    assert script.asked == []
