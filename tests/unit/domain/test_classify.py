"""From raw records to holdings: which kind, which state, and that every field arrives."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.holdings.classify import (
    azure_holding,
    reservation_holding,
    savings_plan_holding,
    subscription_holding,
    subscription_key,
    subscription_kind,
)
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import AzureSubscription, Reservation, SavingsPlan, ScheduledAction, Subscription
from tests.unit.domain.support import EARLIER, LATER, NOW

K, S = HoldingKind, HoldingStatus
NCE = "CFQ7TTC0LH18:0001:CFQ7TTC0K971"
LEGACY = "195416C1-3447-423A-B37B-EE59A99A19C4"


def subscription(offer: str = NCE, **fields: Any) -> Subscription:
    return Subscription(**{"id": "S-1", "offer_id": offer, "name": "Licence", "status": "active", **fields})


KINDS: list[tuple[str, dict[str, Any], HoldingKind]] = [
    ("DZH318Z0BPS6:0001:DZH318Z0BMTX", {"product_type": "Azure"}, K.AZURE_PLAN),
    ("dzh318z0bps6:0001", {"product_subtype": "SavingsPlan", "is_microsoft_product": False}, K.AZURE_PLAN),
    ("DZH318Z09V6F:0001", {"product_type": "Azure"}, K.SAVINGS_PLAN),
    ("dzh318z09v6f:0001", {}, K.SAVINGS_PLAN),
    ("other", {"product_subtype": "SavingsPlan"}, K.SAVINGS_PLAN),
    ("other", {"product_subtype": "savingsplan"}, K.SAVINGS_PLAN),
    ("other", {"product_subtype": "SavingsPlan", "unit_type": "1 Hour"}, K.SAVINGS_PLAN),
    ("other", {"product_subtype": "reservation"}, K.UNKNOWN),
    ("other", {"unit_type": "Benefit"}, K.SAVINGS_PLAN),
    ("other", {"billing_type": "Benefit"}, K.SAVINGS_PLAN),
    ("MS-AZR-0145P", {}, K.LEGACY_AZURE),
    ("ms-azr-0145p", {}, K.LEGACY_AZURE),
    ("MS-AZR-145P", {}, K.UNKNOWN),
    ("MS-AZR-01455P", {}, K.UNKNOWN),
    (NCE, {"is_microsoft_product": False, "product_type": "OnlineServicesNCE"}, K.MARKETPLACE),
    (NCE, {"is_microsoft_product": False, "product_type": "software"}, K.MARKETPLACE),
    ("DG7GMGF0DWT9:0001", {"product_type": "Software"}, K.SOFTWARE_SUBSCRIPTION),
    ("DG7GMGF0DWT9:0001", {"product_type": "software", "is_microsoft_product": True}, K.SOFTWARE_SUBSCRIPTION),
    (NCE, {"product_type": "OnlineServicesNCE"}, K.NCE_LICENCE),
    (NCE, {"product_type": "onlineservicesnce", "is_microsoft_product": True}, K.NCE_LICENCE),
    ("other", {"product_type": "onlineservicesnce"}, K.NCE_LICENCE),
    (NCE, {"product_type": "onlineservicesnce", "is_trial": True}, K.TRIAL),
    (NCE, {"product_type": "onlineservicesnce", "is_trial": False}, K.NCE_LICENCE),
    (NCE, {}, K.NCE_LICENCE),
    (NCE, {"is_trial": True}, K.TRIAL),
    (NCE, {"unit_type": "Licenses", "billing_type": "license"}, K.NCE_LICENCE),
    (NCE.lower(), {}, K.NCE_LICENCE),
    ("CFQ7TTC0LH18:0001", {}, K.NCE_LICENCE),
    ("CFQ7TTC0LH18", {}, K.UNKNOWN),
    (NCE, {"product_type": "Azure"}, K.UNKNOWN),
    (NCE, {"product_type": "perpetual"}, K.UNKNOWN),
    (LEGACY, {}, K.LEGACY_LICENCE),
    (LEGACY.lower(), {}, K.LEGACY_LICENCE),
    (LEGACY, {"is_microsoft_product": True, "unit_type": "Licenses", "billing_type": "License"}, K.LEGACY_LICENCE),
    (LEGACY, {"product_type": "something"}, K.UNKNOWN),
    (LEGACY, {"product_type": "OnlineServicesNCE"}, K.NCE_LICENCE),
    ("not an offer", {}, K.UNKNOWN),
    ("", {}, K.UNKNOWN),
]


@pytest.mark.parametrize(("offer", "fields", "kind"), KINDS)
def test_what_kind_a_subscription_is(offer: str, fields: dict[str, Any], kind: HoldingKind) -> None:
    assert subscription_kind(subscription(offer, **fields)) is kind
    assert subscription_holding(subscription(offer, **fields)).kind is kind


SUBSCRIPTION_WORDS = [
    ("active", S.ACTIVE),
    ("Active", S.ACTIVE),
    ("pending", S.PENDING),
    ("suspended", S.SUSPENDED),
    ("Suspended", S.SUSPENDED),
    ("expired", S.EXPIRED),
    ("disabled", S.DISABLED),
    ("deleted", S.DELETED),
    ("none", S.UNKNOWN),
    ("inactive", S.UNKNOWN),
    ("cancelled", S.DELETED),
    ("unknown", S.UNKNOWN),
    ("", S.UNKNOWN),
]


@pytest.mark.parametrize(("word", "status"), SUBSCRIPTION_WORDS)
def test_only_a_documented_word_becomes_a_state_of_a_subscription(word: str, status: HoldingStatus) -> None:
    found = subscription_holding(subscription(status=word))

    assert (found.status, found.raw_status) == (status, word)


def test_every_field_of_a_subscription_arrives() -> None:
    record = subscription(
        quantity=7,
        product_type="OnlineServicesNCE",
        parent_id="base",
        order_id="order",
        auto_renew=True,
        term_end=LATER,
        cancellable_until=EARLIER,
        attention_needed=True,
        reseller="111",
        image='{"id": "S-1"}',
    )

    assert subscription_holding(record, 3) == Holding(
        key="subscription:s-1",
        kind=K.NCE_LICENCE,
        id="S-1",
        name="Licence",
        status=S.ACTIVE,
        raw_status="active",
        quantity=7,
        parent_id="base",
        order_id="order",
        term_end=LATER,
        cancellable_until=EARLIER,
        auto_renew=True,
        ends_at_term=False,
        active_children=3,
        reseller="111",
        note="Microsoft shows it as needing action",
        image='{"id": "S-1"}',
    )


def test_what_a_subscription_does_not_say_stays_absent() -> None:
    bare = Subscription("S-1", NCE, "", "active")

    assert subscription_holding(bare) == Holding(
        "subscription:s-1", K.NCE_LICENCE, "S-1", NCE, S.ACTIVE, raw_status="active", active_children=0, note=""
    )
    assert subscription_key("ABC") == "subscription:abc"


CANCEL, RENEW = ScheduledAction("TermEnd", "Cancel"), ScheduledAction("termend", "Renew")
INSTANT = ScheduledAction("Instant", "Cancel")
EXTENDED_OTHERWISE = {"product_type": "OnlineServicesNCE"}
SOFTWARE = {"product_type": "Software"}
MARKETPLACE = {"is_microsoft_product": False}

ENDS: list[tuple[dict[str, Any], bool | None, tuple[ScheduledAction, ...], bool]] = [
    (EXTENDED_OTHERWISE, False, (CANCEL,), True),
    (EXTENDED_OTHERWISE, False, (CANCEL, INSTANT), True),
    (EXTENDED_OTHERWISE, False, (), False),
    (EXTENDED_OTHERWISE, False, (INSTANT,), False),
    (EXTENDED_OTHERWISE, False, (RENEW,), False),
    (EXTENDED_OTHERWISE, False, (CANCEL, RENEW), False),
    (EXTENDED_OTHERWISE, True, (CANCEL,), False),
    (EXTENDED_OTHERWISE, None, (CANCEL,), False),
    ({**EXTENDED_OTHERWISE, "is_trial": True}, False, (), False),
    (SOFTWARE, False, (), True),
    (SOFTWARE, False, (RENEW,), True),
    (SOFTWARE, True, (), False),
    (SOFTWARE, None, (), False),
    (SOFTWARE, True, (CANCEL,), False),
    (MARKETPLACE, False, (), True),
    (MARKETPLACE, True, (), False),
    (MARKETPLACE, None, (), False),
]


@pytest.mark.parametrize(("fields", "renews", "actions", "ends"), ENDS)
def test_auto_renew_off_ends_a_licence_only_with_a_cancel_recorded(
    fields: dict[str, Any], renews: bool | None, actions: tuple[ScheduledAction, ...], ends: bool
) -> None:
    record = subscription(**fields, auto_renew=renews, scheduled_actions=actions, term_end=LATER)

    assert subscription_holding(record).ends_at_term is ends


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("active", S.ACTIVE),
        ("Active", S.ACTIVE),
        ("inactive", S.INACTIVE),
        ("Inactive", S.INACTIVE),
        ("disabled", S.SUSPENDED),
        ("deleted", S.DELETED),
        ("", S.UNKNOWN),
    ],
)
def test_the_holding_of_an_azure_subscription(word: str, status: HoldingStatus) -> None:
    assert azure_holding(AzureSubscription("AS", "PLAN", "Production", word), "111") == Holding(
        "azure:plan/as",
        K.AZURE_SUBSCRIPTION,
        "AS",
        "Production",
        status,
        raw_status=word,
        parent_id="PLAN",
        reseller="111",
    )
    assert azure_holding(AzureSubscription("AS", "PLAN", "Production", word)).reseller is None


RESERVATION_WORDS = [
    ("Creating", S.PENDING),
    ("PendingResourceHold", S.PENDING),
    ("ConfirmedResourceHold", S.PENDING),
    ("PendingBilling", S.PENDING),
    ("ConfirmedBilling", S.PENDING),
    ("Created", S.ACTIVE),
    ("Succeeded", S.ACTIVE),
    ("Cancelled", S.CANCELLED),
    ("Expired", S.EXPIRED),
    ("Failed", S.CANCELLED),
    ("BillingFailed", S.UNKNOWN),
    ("Split", S.CANCELLED),
    ("Merged", S.CANCELLED),
    ("Warning", S.UNKNOWN),
    ("", S.UNKNOWN),
]


@pytest.mark.parametrize(("word", "status"), RESERVATION_WORDS)
def test_a_reservation_by_its_provisioning_state(word: str, status: HoldingStatus) -> None:
    found = reservation_holding(Reservation("ORDER", "RES", "VM", word, 2, LATER, True))

    assert found == Holding(
        "reservation:order/res",
        K.RESERVATION,
        "RES",
        "VM",
        status,
        raw_status=word,
        quantity=2,
        parent_id="ORDER",
        term_end=LATER,
        auto_renew=True,
    )


SAVINGS_PLAN_WORDS = [
    ("Creating", S.ACTIVE),
    ("PendingBilling", S.ACTIVE),
    ("ConfirmedBilling", S.ACTIVE),
    ("Created", S.ACTIVE),
    ("Succeeded", S.ACTIVE),
    ("Cancelled", S.CANCELLED),
    ("Expired", S.EXPIRED),
    ("Failed", S.CANCELLED),
    ("PendingResourceHold", S.UNKNOWN),
    ("", S.UNKNOWN),
]


@pytest.mark.parametrize(("word", "status"), SAVINGS_PLAN_WORDS)
def test_a_savings_plan_by_its_provisioning_state(word: str, status: HoldingStatus) -> None:
    found = savings_plan_holding(SavingsPlan("SP", "Compute", word, NOW + timedelta(days=900), "ORDER", False))

    assert found == Holding(
        "savingsplan:sp",
        K.SAVINGS_PLAN,
        "SP",
        "Compute",
        status,
        raw_status=word,
        parent_id="ORDER",
        term_end=NOW + timedelta(days=900),
        auto_renew=False,
    )
