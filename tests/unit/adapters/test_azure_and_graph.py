"""AzureReservationsClient and GraphDelegatedAdmin: what they send, and what they take for done."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.reservations.client import AzureReservationsClient
from shared.adapters.reservations.error_map import azure_rules
from shared.domain.errors import (
    InvalidRequestError,
    NoAnswerError,
    RefusedError,
    UnavailableError,
    UnreadableAnswerError,
)
from shared.domain.holdings.records import DelegatedRelationship, WriteAnswer
from shared.domain.money import Money
from tests.unit.adapters.fake_http import BASE, CUSTOMER, PARTNER, REQUEST_ID, Reply, Script, service_of

ORDER, RESERVATION = "50000000-aaaa-4bbb-8ccc-000000000004", "40000000-aaaa-4bbb-8ccc-000000000000"
ORDER_PATH = f"/providers/Microsoft.Capacity/reservationOrders/{ORDER}"


def refund(*errors: object) -> dict[str, object]:
    return {"properties": {"sessionId": "session", "policyResult": {"properties": {"policyErrors": list(errors)}}}}


TOO_MUCH = {"code": "RefundLimitExceeded", "message": "The limit is used up"}


def give_back(*replies: Reply, quantity: int = 2) -> tuple[WriteAnswer, Script]:
    script = Script(list(replies))
    client = AzureReservationsClient(service_of(script, azure_rules))
    return client.return_reservation(CUSTOMER, ORDER, RESERVATION, quantity, REQUEST_ID), script


def test_a_return_is_priced_first() -> None:
    accepted = Reply(refund(), 202, {"Location": f"{BASE}{ORDER_PATH}/operations/1"})
    answer, script = give_back(Reply(refund()), accepted)
    assert answer.status == 202
    returned = {"reservationId": f"{ORDER_PATH}/reservations/{RESERVATION}", "quantity": 2}
    scope = {"scope": "Reservation", "reservationToReturn": returned}
    assert script.body(0) == {"id": ORDER_PATH, "properties": scope}
    sent = {**scope, "sessionId": "session", "returnReason": "The customer relationship ends"}
    assert script.body(1) == {"properties": sent}
    assert [str(one.url).removeprefix(BASE) for one in script.asked] == [
        f"{ORDER_PATH}/calculateRefund?api-version=2022-11-01",
        f"{ORDER_PATH}/return?api-version=2022-11-01",
    ]
    assert script.asked[1].headers["MS-RequestId"] == REQUEST_ID
    assert script.asked[0].headers["MS-RequestId"] != REQUEST_ID


def test_a_200_that_still_shows_the_order_as_live() -> None:
    answer, _ = give_back(Reply(refund()), Reply({"properties": {"provisioningState": "Succeeded"}}))
    assert answer.status == 200


def told(amount: object) -> dict[str, object]:
    return {"properties": {**dict(refund()["properties"]), "billingRefundAmount": amount}}  # type: ignore[call-overload]


POUNDS = {"amount": 20.72, "currencyCode": "GBP"}
AMOUNTS = [
    (POUNDS, Money(Decimal("20.72"), "GBP")),
    ({"amount": 0, "currencyCode": "usd"}, Money(Decimal(0), "USD")),
    ({"amount": "20.720", "currencyCode": "GBP"}, Money(Decimal("20.720"), "GBP")),
    (None, None),
    ({}, None),
    ({"amount": 20}, None),
    ({"currencyCode": "GBP"}, None),
    ({"amount": "much", "currencyCode": "GBP"}, None),
    ({"amount": 20, "currencyCode": "pounds"}, None),
    ({"amount": 1e12, "currencyCode": "GBP"}, None),
    ({"amount": "1e-999999", "currencyCode": "GBP"}, None),
    ({"amount": "0.0000001", "currencyCode": "GBP"}, None),
    ("20.72 GBP", None),
]


@pytest.mark.parametrize(("amount", "money"), AMOUNTS)
def test_a_price_tells_what_would_be_refunded_where_it_does(amount: object, money: Money | None) -> None:
    client = AzureReservationsClient(service_of(Script([Reply(told(amount))]), azure_rules))
    assert client.price_refund(CUSTOMER, ORDER, RESERVATION, 2) == money


@pytest.mark.parametrize(("amount", "money"), AMOUNTS)
@pytest.mark.parametrize("status", [200, 202])
def test_a_return_tells_what_is_refunded_where_it_does(amount: object, money: Money | None, status: int) -> None:
    answer, _ = give_back(Reply(refund()), Reply(told(amount), status))
    assert answer.refund == money
    assert answer.detail == "; ".join([*(["accepted"] * (status == 202)), *([f"refund {money.text}"] if money else [])])


def test_a_return_without_a_readable_body_tells_no_refund() -> None:
    answer, _ = give_back(Reply(refund()), Reply(b"", 202))
    assert (answer.refund, answer.detail) == (None, "accepted")


@pytest.mark.parametrize("replies", [[Reply(refund(TOO_MUCH))], [Reply(refund()), Reply(refund(TOO_MUCH))]])
def test_a_policy_error_inside_a_200_is_a_refusal(replies: list[Reply]) -> None:
    with pytest.raises(RefusedError, match="limit is used up") as caught:
        give_back(*replies)
    assert caught.value.remote_code == "RefundLimitExceeded"


def test_losing_the_price_changes_nothing_and_losing_the_return_may() -> None:
    with pytest.raises(UnavailableError):
        give_back(Reply(error=requests.ReadTimeout()))
    with pytest.raises(NoAnswerError):
        give_back(Reply(refund()), Reply(error=requests.ReadTimeout()))


def test_a_price_without_a_session_is_unreadable() -> None:
    with pytest.raises(UnreadableAnswerError, match="sessionId"):
        give_back(Reply({"properties": {}}))


def test_nothing_is_returned_for_a_quantity_of_zero() -> None:
    with pytest.raises(InvalidRequestError, match="quantity"):
        give_back(quantity=0)


def test_a_token_of_the_wrong_tenant_concerns_one_customer() -> None:
    error = {"error": {"code": "InvalidAuthenticationTokenTenant", "message": "The issuer is wrong"}}
    client = AzureReservationsClient(service_of(Script([Reply(error, 401)]), azure_rules))
    with pytest.raises(RefusedError, match="customer's tenant"):
        client.list_reservations(CUSTOMER)


def gdap(identifier: str, tenant: str | None, status: str = "active") -> dict[str, object]:
    return {"id": identifier, "displayName": identifier, "status": status, "customer": {"tenantId": tenant}}


def test_only_the_customers_own_relationships_are_taken() -> None:
    items = [gdap("a", CUSTOMER.upper()), gdap("b", PARTNER), gdap("c", None), {"id": "d"}]
    script = Script([Reply({"value": items})])
    found = GraphDelegatedAdmin(service_of(script), PARTNER).list_relationships(CUSTOMER)
    assert [item.id for item in found.items] == ["a"]
    query = parse_qs(urlsplit(str(script.asked[0].url)).query)
    assert query == {"$filter": [f"customer/tenantId eq '{CUSTOMER}'"], "$top": ["300"]}


@pytest.mark.parametrize("status", ["active", "approved", "expiring", "approvalPending", "somethingNew"])
def test_a_relationship_is_asked_to_terminate(status: str) -> None:
    script = Script([Reply({"action": "terminate", "status": "created"}, 201, {"Location": "/requests/1"})])
    client = GraphDelegatedAdmin(service_of(script), PARTNER)
    answer = client.terminate(DelegatedRelationship("G-1", "n", status), REQUEST_ID)
    assert answer.status == 201
    assert str(script.asked[0].url).endswith("/v1.0/tenantRelationships/delegatedAdminRelationships/G-1/requests")
    assert script.body() == {"action": "terminate"}
    assert script.asked[0].headers["MS-RequestId"] == REQUEST_ID


@pytest.mark.parametrize(
    ("etag", "replies"),
    [('W/"1"', []), (None, [Reply({"id": "G", "@odata.etag": 'W/"1"', "status": "created"})])],
)
def test_one_that_was_never_approved_is_deleted_with_its_etag(etag: str | None, replies: list[Reply]) -> None:
    script = Script([*replies, Reply(b"", 204)])
    client = GraphDelegatedAdmin(service_of(script), PARTNER)
    answer = client.terminate(DelegatedRelationship("G", "n", "created", etag), REQUEST_ID)
    assert answer.status == 204
    assert (script.asked[-1].method, script.asked[-1].headers["If-Match"]) == ("DELETE", 'W/"1"')
    assert str(script.asked[-1].url).endswith("/delegatedAdminRelationships/G")
    assert not script.asked[-1].body


def test_nothing_is_deleted_without_an_etag() -> None:
    client = GraphDelegatedAdmin(service_of(Script([Reply({"id": "G"})])), PARTNER)
    with pytest.raises(UnreadableAnswerError, match="etag"):
        client.terminate(DelegatedRelationship("G", "n", "created"), REQUEST_ID)
