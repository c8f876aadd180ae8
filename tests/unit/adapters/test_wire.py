"""Resources as the services write them, with the oddities of documented bodies, in records of the domain."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from shared.adapters.graph.client import relationship
from shared.adapters.http.record import Record
from shared.adapters.partner_center.wire.azure_subscriptions import azure_subscription
from shared.adapters.partner_center.wire.customers import customer
from shared.adapters.partner_center.wire.entitlements import entitlements, flattened
from shared.adapters.partner_center.wire.orders import order
from shared.adapters.partner_center.wire.subscriptions import subscription
from shared.adapters.partner_center.wire.transfers import transfer
from shared.adapters.reservations.wire import policy_error, reservation, savings_plan
from shared.domain.errors import UnreadableAnswerError
from shared.domain.holdings.records import (
    AzureSubscription,
    Collection,
    CustomerProfile,
    DelegatedRelationship,
    Entitlement,
    OrderLine,
    Reservation,
    SavingsPlan,
    ScheduledAction,
    Transfer,
)


def record(**fields: object) -> Record:
    return Record(fields, "answer")


def test_a_customer() -> None:
    company = {"tenantId": "t", "domain": "fabrikam.example", "companyName": "Fabrikam"}
    read = customer(
        record(
            id="c",
            companyProfile=company,
            relationshipToPartner="reseller",
            allowDelegatedAccess=True,
            customDomains=["d"],
        )
    )
    assert read == CustomerProfile("c", "Fabrikam", "fabrikam.example", "reseller", ("d",))


def test_a_customer_of_a_list_may_say_little() -> None:
    assert customer(record(id="c", companyProfile=None)) == CustomerProfile("c", "", "", "", ())


def test_a_subscription_in_pascal_case_keeps_its_own_text() -> None:
    raw: dict[str, object] = {
        "Id": "S",
        "OfferId": "CFQ7TTC0AAAA:0001:CFQ7TTC0BBBB",
        "FriendlyName": "Büro",
        "Status": "active",
        "Quantity": "15",
        "ProductType": {"Id": "OnlineServicesNCE", "SubType": {"Id": "X"}},
        "IsTrial": False,
        "AutoRenewEnabled": True,
        "ParentSubscriptionId": "00000000-0000-0000-0000-000000000000",
        "OrderId": "",
        "CancellationAllowedUntilDate": "2026-09-08T23:59:59.1234567+00:00",
        "ScheduledActions": [{"ScheduleType": "TermEnd", "ActionType": "Cancel"}],
        "SomethingNew": {"kept": [1.5, None]},
    }
    read = subscription(Record(raw, "answer"))
    assert (read.id, read.name, read.status, read.quantity) == ("S", "Büro", "active", 15)
    assert (read.product_type, read.product_subtype) == ("OnlineServicesNCE", "X")
    assert (read.is_trial, read.is_microsoft_product, read.auto_renew) == (False, None, True)
    assert (read.parent_id, read.order_id, read.unit_type) == (None, None, None)
    assert read.cancellable_until == datetime(2026, 9, 8, 23, 59, 59, 123_456, tzinfo=UTC)
    assert read.scheduled_actions == (ScheduledAction("TermEnd", "Cancel"),)
    assert json.loads(read.image) == raw
    assert '"Büro"' in read.image
    assert ": " not in read.image


def test_a_bare_subscription_is_unknown_and_not_refused() -> None:
    read = subscription(record(id="S"))
    assert (read.offer_id, read.status, read.name, read.auto_renew, read.term_end) == ("", "", "", None, None)


END = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("exact", "day", "expected"),
    [
        ("2026-12-31T23:59:59Z", "2026-12-31T00:00:00Z", END),
        ("2026-12-31T13:30:00Z", None, datetime(2026, 12, 31, 13, 30, tzinfo=UTC)),
        ("2026-12-31T00:00:00Z", None, END),
        (None, "2026-12-31T00:00:00Z", END),
        (None, "2026-12-31T08: 00: 00Z", END),
        (None, "2026-12-31T00:21:45.9263727+00:00", END),
        (None, "9999-12-10T00:00:00Z", None),
        ("9999-12-04T00:00:00Z", "2026-12-31", None),
        (None, None, None),
        ("0001-01-01T00:00:00", None, None),
    ],
)
def test_when_a_term_ends(exact: str | None, day: str | None, expected: datetime | None) -> None:
    read = subscription(record(id="S", commitmentEndDateTime=exact, commitmentEndDate=day))
    assert read.term_end == expected


@pytest.mark.parametrize("field", ["commitmentEndDate", "commitmentEndDateTime", "cancellationAllowedUntilDate"])
def test_a_broken_date_names_its_field(field: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=field):
        subscription(record(id="S", **{field: "next Tuesday"}))


def test_software_with_what_it_includes_is_one_entitlement() -> None:
    part = {"referenceOrder": {"id": "O", "lineItemId": "0"}, "quantity": 1, "entitlementType": "software"}
    read = entitlements(
        record(**part, productId="P", includedEntitlements=[part, part], expiryDate="2027-01-28T00:00:00")
    )
    assert read == (Entitlement("software", "O", "0", 1, None, datetime(2027, 1, 28, tzinfo=UTC)),)


def test_each_reservation_order_behind_an_item_counts_and_the_total_follows() -> None:
    artifacts = [{"resourceId": "r1"}, {"resourceId": "r2"}, {"resourceId": "r1"}, {}]
    rows = entitlements(record(entitlementType="reservedinstance", quantity="2", entitledArtifacts=artifacts))
    assert [row.resource_id for row in rows] == ["r1", "r2"]
    assert {(row.order_id, row.line_id, row.quantity) for row in rows} == {("", "", 2)}
    assert flattened(Collection((rows,), 1)) == Collection(rows, 2)
    assert flattened(Collection((rows,), 3)).complete is False
    assert flattened(Collection((rows,), None)).total is None


def test_an_order_without_a_status_and_with_an_offset() -> None:
    lines = [
        {"lineItemNumber": 0, "offerId": "A:1:B", "friendlyName": "SQL", "quantity": 1, "subscriptionId": ""},
        {"lineItemNumber": 1, "quantity": 0, "subscriptionId": "S"},
    ]
    read = order(record(id="O", creationDate="2026-01-25T14:53:12.093-08:00", lineItems=lines))
    assert (read.id, read.status) == ("O", None)
    assert read.created_at == datetime(2026, 1, 25, 22, 53, 12, 93_000, tzinfo=UTC)
    assert read.lines == (OrderLine(0, "A:1:B", "SQL", 1, None), OrderLine(1, "", "", 0, "S"))


def test_an_order_line_needs_its_number() -> None:
    with pytest.raises(UnreadableAnswerError, match=r"lineItems\[0\]\.lineItemNumber"):
        order(record(id="O", lineItems=[{"quantity": 1}]))


def test_transfers_and_azure_subscriptions() -> None:
    assert transfer(record(id="T", status="PartiallyComplete"), "me") == Transfer("T", "PartiallyComplete")
    given = record(id="T", status="Active", sourcePartnerTenantId="ME", lastModifiedTime="2026-03-24T20:44:15Z")
    assert (transfer(given, "me").outgoing, transfer(given, "you").outgoing) == (True, False)
    assert transfer(given, "me").changed_at == datetime(2026, 3, 24, 20, 44, 15, tzinfo=UTC)
    read = azure_subscription(record(id="E", friendlyName=" Dev", status="inactive"), "plan")
    assert read == AzureSubscription("E", "plan", " Dev", "inactive")


RESERVATION_ID = "/providers/microsoft.capacity/reservationOrders/ORDER/reservations/RES"


@pytest.mark.parametrize(
    ("dates", "expires"),
    [
        ({"expiryDateTime": "2027-07-21T22:46:32.7632798Z", "expiryDate": "2027-07-21"}, (22, 46, 32, 763_279)),
        ({"expiryDate": "2027-07-21"}, (23, 59, 59, 0)),
    ],
)
def test_a_reservation(dates: dict[str, str], expires: tuple[int, int, int, int]) -> None:
    properties = {"displayName": "VM", "provisioningState": "Succeeded", "quantity": 2, "renew": False, **dates}
    hour, minute, second, micro = expires
    read = reservation(record(id=RESERVATION_ID, etag=7, properties=properties))
    moment = datetime(2027, 7, 21, hour, minute, second, micro, tzinfo=UTC)
    assert read == Reservation("ORDER", "RES", "VM", "Succeeded", 2, moment, False)


@pytest.mark.parametrize("value", ["RES", "/providers/microsoft.capacity/reservationOrders/ORDER", "/"])
def test_a_reservation_needs_its_resource_id(value: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=r"answer\.id"):
        reservation(record(id=value, properties={}))


def test_a_savings_plan() -> None:
    path = "/providers/Microsoft.BillingBenefits/savingsPlanOrders/O/savingsPlans/P"
    read = savings_plan(record(id=path, properties={"provisioningState": "Created", "expiryDateTime": None}))
    assert read == SavingsPlan("P", "P", "Created", None, order_id="O")


def test_policy_errors_of_a_refund() -> None:
    def refund(*errors: object) -> Record:
        return record(properties={"policyResult": {"properties": {"policyErrors": list(errors)}}})

    assert policy_error(refund({"code": "RefundLimitExceeded", "message": "Too much"})) == (
        "RefundLimitExceeded",
        "Too much",
    )
    assert policy_error(refund({})) == ("PolicyError", "the refund is not allowed")
    assert policy_error(refund()) is None
    assert policy_error(record()) is None


def test_a_delegated_relationship() -> None:
    fields = {"@odata.etag": 'W/"x"', "id": "G", "displayName": "Support", "status": "active", "activatedDateTime": ""}
    assert relationship(Record(fields, "answer")) == DelegatedRelationship("G", "Support", "active", 'W/"x"')
