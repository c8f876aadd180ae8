"""What is not understood blocks: unknown words, kinds and totals in any answer (I8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import (
    AzureSubscriptionSpec,
    CustomerSpec,
    OrderSpec,
    PerpetualSpec,
    ReservationSpec,
    SubscriptionSpec,
    TransferSpec,
)
from local.simulator.tenant.kinds import (
    EntitlementStatus,
    Kind,
    OrderStatus,
    ReservationState,
    Status,
    TransferStatus,
)
from shared.domain.offboarding.states import Status as State
from tests.functional.customers import legacy, nce
from tests.functional.trouble import offboarded

ENDED = CustomerSpec(
    name="Ended",
    allow_delegated_access=True,
    subscriptions=(
        legacy(status=Status.SUSPENDED),
        nce(status=Status.DELETED),
        SubscriptionSpec(
            kind=Kind.AZURE_PLAN,
            name="Azure plan",
            status=Status.SUSPENDED,
            azure_subscriptions=(AzureSubscriptionSpec(status=EntitlementStatus.INACTIVE),),
        ),
    ),
    reservations=(ReservationSpec(state=ReservationState.CANCELLED),),
    perpetual_software=(PerpetualSpec(cancelled=True),),
    orders=(OrderSpec(status=OrderStatus.COMPLETED),),
    transfers=(TransferSpec(status=TransferStatus.COMPLETE),),
)
"""Holds nothing that is active: it is removed at once, unless an answer is not understood."""

PATHS = {
    "customer": "/v1/customers/[0-9a-f-]{36}$",
    "subscriptions": "/customers/[^/]+/subscriptions$",
    "entitlements": "/entitlements$",
    "orders": "/orders$",
    "transfers": "/transfers$",
    "azure subscriptions": "/azureEntitlements$",
    "reservations": "Capacity/reservations$",
    "savings plans": "savingsPlans$",
}
ODD = "hibernating"
CASES: list[tuple[str, dict[str, Any]]] = [
    ("customer", {"/relationshipToPartner": "advisor"}),
    ("customer", {"/relationshipToPartner": ODD}),
    ("customer", {"/relationshipToPartner": None}),
    ("customer", {"/id": "11111111-2222-4333-8444-555555555555"}),
    ("subscriptions", {"/items/*/status": ODD}),
    ("subscriptions", {"/items/*/status": ""}),
    ("subscriptions", {"/items/*/status": None}),
    ("subscriptions", {"/items/*/status": 7}),
    ("subscriptions", {"/items/*/id": None}),
    ("subscriptions", {"/items/*/quantity": "lots"}),
    (
        "subscriptions",
        {"/items/0/offerId": "XYZ", "/items/0/productType": {"id": "Quantum"}, "/items/0/status": "active"},
    ),
    ("entitlements", {"/items/*/entitlementType": "quantum"}),
    ("orders", {"/items/*/status": ODD}),
    ("transfers", {"/*/status": ODD}),
    ("azure subscriptions", {"/items/*/status": ODD}),
    ("reservations", {"/value/*/properties/provisioningState": ODD}),
    *((name, {"/totalCount": 37}) for name in ("subscriptions", "entitlements", "orders", "azure subscriptions")),
    *((name, {"/items": None}) for name in ("subscriptions", "entitlements", "orders")),
    *((name, {"/value": None}) for name in ("reservations", "savings plans")),
]


def rewritten(name: str, values: dict[str, Any], times: int | None) -> dict[str, Any]:
    match = {"method": "GET", "pathRegex": PATHS[name], "times": times}
    return {"match": match, "action": {"type": "rewrite", "set": values}}


def test_without_an_odd_answer_it_is_removed() -> None:
    world, offboarding = offboarded(ENDED)

    assert offboarding.status is State.REMOVED
    assert [e["effect"] for e in world.journal() if e["effect"]] == ["relationship.removed"]


@pytest.mark.parametrize(("name", "values"), CASES, ids=str)
def test_an_answer_that_is_not_understood_blocks(name: str, values: dict[str, Any]) -> None:
    world, offboarding = offboarded(ENDED, rewritten(name, values, None), within=timedelta(hours=8))

    assert offboarding.status in {State.NEEDS_ATTENTION, State.WAITING, State.PLANNING}
    assert offboarding.next_attempt_at is not None
    assert offboarding.reason is not None
    assert offboarding.reason.text
    assert offboarding.reason.operator_action or offboarding.status is not State.NEEDS_ATTENTION
    assert {entry["method"] for entry in world.journal() if "/oauth2/" not in entry["path"]} == {"GET"}


@pytest.mark.parametrize(("name", "values"), CASES, ids=str)
def test_an_odd_answer_that_passes_is_forgotten_unless_a_person_was_asked(name: str, values: dict[str, Any]) -> None:
    world, offboarding = offboarded(ENDED, rewritten(name, values, 1))

    assert offboarding.status in {State.REMOVED, State.NEEDS_ATTENTION}
    assert world.tenant()[0]["blockers"] == []


@pytest.mark.parametrize("name", ["customer", "subscriptions", "orders"])
def test_a_field_that_is_new_is_no_reason_to_stop(name: str) -> None:
    """Services add fields at any time; what they mean for a removal shows in words that are known."""
    values = {"/inventedLater": {"deep": [1]}, "/items/*/inventedLater": "x"}
    _, offboarding = offboarded(ENDED, rewritten(name, values, None))

    assert offboarding.status is State.REMOVED
