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
    Verdict,
)
from shared.domain.lessons import Lesson
from shared.ports.partner import Part, SubscriptionTarget
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
    ("reply", "detail"),
    [
        (Reply({"Status": "Deleted"}), "status Deleted"),
        (Reply({"status": "active"}), "status active"),
        (Reply(b"", 202, {"Location": "/customers/x/subscriptions/y"}), "accepted /customers/x/subscriptions/y"),
        (Reply({"status": "deleted"}, 202), "accepted"),
        (Reply(b"}"), "answered without a readable body"),
        (Reply(b""), "answered without a readable body"),
        (Reply(b"<html>OK</html>"), "answered without a readable body"),
        (Reply({"status": ["deleted"]}), "answer.status: expected a text, got list \"['deleted']\""),
    ],
)
def test_cancelling_sends_the_whole_resource_with_one_change(reply: Reply, detail: str) -> None:
    client, script = partner_center(reply)
    answer = client.set_subscription_status(CUSTOMER, SUBSCRIPTION, IMAGE, SubscriptionTarget.DELETED, REQUEST_ID)
    assert (answer.status, answer.detail) == (reply.status, detail)
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
    assert client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID).status == 200
    wanted = RESOURCE | {"AutoRenewEnabled": False, "scheduledActions": CANCEL}
    assert script.body() == {key: item for key, item in wanted.items() if key != "scheduledNextTermInstructions"}
    assert [sent.method for sent in script.asked] == ["GET", "PATCH"]


SEATS = RESOURCE | {"Quantity": 25}


def test_giving_seats_back_sends_the_whole_resource_as_it_is_now_with_another_number() -> None:
    client, script = partner_center(Reply(SEATS), Reply({"status": "active"}))
    assert client.reduce_seats(CUSTOMER, SUBSCRIPTION, 20, REQUEST_ID).status == 200
    assert [sent.method for sent in script.asked] == ["GET", "PATCH"]
    assert script.asked[1].headers["MS-RequestId"] == REQUEST_ID
    assert script.body() == SEATS | {"Quantity": 20}


@pytest.mark.parametrize("shown", [20, 19, 1])
def test_it_never_adds_any_and_is_sent_once(shown: int) -> None:
    client, script = partner_center(Reply(SEATS | {"Quantity": shown}))
    answer = client.reduce_seats(CUSTOMER, SUBSCRIPTION, 20, REQUEST_ID)
    assert (answer.status, answer.detail) == (200, f"has no more than {shown} seats already")
    assert [sent.method for sent in script.asked] == ["GET"]


@pytest.mark.parametrize("target", [0, -1])
def test_to_give_all_of_them_back_would_be_a_cancellation(target: int) -> None:
    client, script = partner_center()
    with pytest.raises(InvalidRequestError, match="at least 1"):
        client.reduce_seats(CUSTOMER, SUBSCRIPTION, target, REQUEST_ID)
    assert script.asked == []


@pytest.mark.parametrize("shown", [RESOURCE, SEATS | {"Id": "another"}])
def test_seats_of_what_cannot_be_read_are_left(shown: dict[str, object]) -> None:
    client, script = partner_center(Reply(shown))
    with pytest.raises(UnreadableAnswerError):
        client.reduce_seats(CUSTOMER, SUBSCRIPTION, 20, REQUEST_ID)
    assert [sent.method for sent in script.asked] == ["GET"]


@pytest.mark.parametrize(
    ("code", "verdict", "lesson", "sentence"),
    [
        ("800095", Verdict.CANNOT_NOW, None, "cannot be reduced"),
        ("900214", Verdict.CANNOT_NOW, Lesson.WINDOW_CLOSED, "in hours, has passed"),
        ("900257", Verdict.CANNOT_NOW, Lesson.WINDOW_CLOSED, "in days, has passed"),
        ("900311", Verdict.OPERATOR, None, "more often"),
        ("2011", Verdict.ALREADY_DONE, None, "deleted already"),
    ],
)
def test_a_refusal_to_reduce_is_about_the_quantity(
    code: str, verdict: Verdict, lesson: Lesson | None, sentence: str
) -> None:
    client, _ = partner_center(Reply(SEATS), Reply({"code": code, "description": "no"}, 400))
    with pytest.raises(RefusedError, match=sentence) as caught:
        client.reduce_seats(CUSTOMER, SUBSCRIPTION, 20, REQUEST_ID)
    error = caught.value
    assert (error.status, error.remote_code, error.verdict, error.lesson) == (400, code, verdict, lesson)
    assert error.advice
    assert error.service


def test_ending_at_term_twice_writes_once() -> None:
    client, script = partner_center(Reply(RESOURCE | {"AutoRenewEnabled": False, "scheduledActions": CANCEL}))
    assert client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID).detail == "was already set to end at its term"
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
def test_an_end_at_term_that_is_not_recorded_yet_is_written(shown: dict[str, object]) -> None:
    resource = {key: item for key, item in RESOURCE.items() if key not in ("AutoRenewEnabled", "scheduledActions")}
    client, script = partner_center(Reply(resource | shown), Reply(RESOURCE))
    if not isinstance(shown.get("scheduledActions", []), list):
        with pytest.raises(UnreadableAnswerError):
            client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID)
        return
    client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID)
    assert [sent.method for sent in script.asked] == ["GET", "PATCH"]


def test_ending_at_term_fails_before_its_write() -> None:
    client, script = partner_center(Reply(error=requests.ReadTimeout()), Reply(RESOURCE | {"Id": "another"}))
    with pytest.raises(UnavailableError):
        client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID)
    with pytest.raises(UnreadableAnswerError, match="asked for"):
        client.end_at_term(CUSTOMER, SUBSCRIPTION, REQUEST_ID)
    assert [sent.method for sent in script.asked] == ["GET", "GET"]


def test_putting_terms_back_changes_them_alone_and_keeps_the_case_of_every_key() -> None:
    now = {key: item for key, item in RESOURCE.items() if key != "scheduledNextTermInstructions"}
    now |= {"AutoRenewEnabled": False, "scheduledActions": CANCEL, "quantity": 9}
    client, script = partner_center(Reply(now), Reply(RESOURCE))
    before = json.dumps(RESOURCE | {"quantity": 3, "status": "suspended"})
    assert client.put_back(CUSTOMER, SUBSCRIPTION, before, Part.TERMS, REQUEST_ID).status == 200
    assert script.body() == RESOURCE | {"quantity": 9}
    assert [sent.method for sent in script.asked] == ["GET", "PATCH"]
    assert script.asked[-1].headers["MS-RequestId"] == REQUEST_ID


def test_putting_a_status_back_changes_nothing_else() -> None:
    now = RESOURCE | {"AutoRenewEnabled": False, "Status": "suspended"}
    client, script = partner_center(Reply(now), Reply(RESOURCE))
    client.put_back(CUSTOMER, SUBSCRIPTION, json.dumps(RESOURCE | {"Status": "Active"}), Part.STATUS, REQUEST_ID)
    assert script.body() == now | {"Status": "active"}


@pytest.mark.parametrize("part", Part)
def test_what_is_back_already_is_not_written(part: Part) -> None:
    client, script = partner_center(Reply(RESOURCE))
    answer = client.put_back(CUSTOMER, SUBSCRIPTION, json.dumps(RESOURCE), part, REQUEST_ID)
    assert answer.detail == "was already as before"
    assert [sent.method for sent in script.asked] == ["GET"]


def test_nothing_of_another_subscription_is_put_back() -> None:
    client, script = partner_center(Reply(RESOURCE), Reply(RESOURCE), Reply(RESOURCE | {"Id": "another"}))
    for before in (json.dumps({"id": "another"}), "{"):
        with pytest.raises(InvalidRequestError, match="image"):
            client.put_back(CUSTOMER, SUBSCRIPTION, before, Part.TERMS, REQUEST_ID)
    with pytest.raises(UnreadableAnswerError, match="asked for"):
        client.put_back(CUSTOMER, SUBSCRIPTION, json.dumps(RESOURCE), Part.TERMS, REQUEST_ID)
    assert {sent.method for sent in script.asked} == {"GET"}


def test_reactivating_an_azure_subscription() -> None:
    client, script = partner_center(Reply(b"", 202))
    assert client.reactivate_azure_subscription(CUSTOMER, "plan", "azure", REQUEST_ID).status == 202
    assert script.asked[0].url == f"{HOME}/subscriptions/plan/azureEntitlements/azure/reactivate"
    assert script.asked[0].method == "POST"


@pytest.mark.parametrize("reply", [Reply({"status": "active"}), Reply({"status": "inactive"}), Reply(b"", 202)])
def test_cancelling_an_azure_subscription(reply: Reply) -> None:
    client, script = partner_center(reply)
    assert client.cancel_azure_subscription(CUSTOMER, "plan", "azure", REQUEST_ID).status == reply.status
    assert script.asked[0].url == f"{HOME}/subscriptions/plan/azureEntitlements/azure/cancel"
    assert script.body() == {"cancellationReason": "compromise"}


@pytest.mark.parametrize("shown", [{"id": "O", "status": "cancelled"}, {"id": "O", "lineItems": [{}]}, {}])
def test_cancelling_an_order(shown: object) -> None:
    client, script = partner_center(Reply(shown))
    assert client.cancel_order_line(CUSTOMER, "Order_1-x", 0, "a:b:c", REQUEST_ID).status == 200
    assert (script.asked[0].method, script.asked[0].url) == ("PATCH", f"{HOME}/orders/Order_1-x")
    line = {"lineItemNumber": 0, "offerId": "a:b:c"}
    assert script.body() == {"id": "Order_1-x", "status": "cancelled", "lineItems": [line]}


def test_the_echo_of_a_removal_proves_nothing() -> None:
    client, script = partner_center(Reply({"Id": None, "RelationshipToPartner": "none"}))
    answer = client.remove_relationship(CUSTOMER, REQUEST_ID)
    assert answer.status == 200
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
