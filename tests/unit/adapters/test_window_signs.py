"""Signs of a cancellation window on the wire: read where they are well-formed, never a reason to refuse the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.tests.unit.tenant import Tenant
from shared.adapters.http.record import Record
from shared.adapters.partner_center.wire.subscriptions import subscription
from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.classify import subscription_holding
from shared.domain.holdings.records import Refundable
from shared.domain.pace import Pace
from shared.domain.policy import Policy

UNTIL = datetime(2021, 1, 24, 20, 39, 17, 182697, tzinfo=UTC)
DOCUMENTED: dict[str, Any] = {
    "id": "a4c1340d-6911-4758-bba3-0c4c6007d161",
    "offerId": "CFQ7TTC0LH18:0001:CFQ7TTC0K971",
    "quantity": 10,
    "productType": {"id": "OnlineServicesNCE"},
    "creationDate": "2021-01-14T16:57:15.0966728Z",
    "effectiveStartDate": "2021-01-14T16:57:14.498252Z",
    "commitmentEndDateTime": "2022-01-13T23:59:59Z",
    "status": "active",
    "autoRenewEnabled": True,
    "termDuration": "P1Y",
    "refundOptions": [{"type": "Full", "expiresAt": "2021-01-15T00:00:00Z"}],
    "refundableQuantity": {
        "totalQuantity": 10,
        "details": [{"quantity": 10, "allowedUntilDateTime": "2021-01-24T20:39:17.182697Z"}],
    },
}
"""As the page on subscription resources shows a licence."""


def test_the_documented_body() -> None:
    read = subscription(Record(DOCUMENTED, "s"))
    assert read.refunds_until == (datetime(2021, 1, 15, tzinfo=UTC),)
    assert read.refundable == Refundable(10, ((10, UNTIL),))
    assert (read.allowed, read.term_duration, read.cancellable_until) == ((), "P1Y", None)
    signs = subscription_holding(read).signs
    assert (signs.units_refundable, signs.units_until) == (True, UNTIL)
    assert signs.term_started == read.created_at


ODD: list[tuple[str, Any]] = [
    ("refundOptions", "Full"),
    ("refundOptions", ["Full"]),
    ("refundableQuantity", 10),
    ("refundableQuantity", {"totalQuantity": "many"}),
    ("refundableQuantity", {"totalQuantity": 10, "details": "none"}),
    ("actions", "cancel"),
    ("actions", [1]),
    ("creationDate", "06: 41: 12Z"),
    ("effectiveStartDate", "soon"),
    ("termDuration", ["P1Y"]),
]


@pytest.mark.parametrize(("name", "value"), ODD)
def test_an_odd_sign_is_no_reason_to_refuse_the_whole_list(name: str, value: Any) -> None:
    assert subscription(Record({**DOCUMENTED, name: value}, "s")).id == DOCUMENTED["id"]


@pytest.mark.parametrize("option", [{"type": "Full"}, {"expiresAt": "soon"}, {}])
def test_a_refund_option_without_a_readable_date_is_still_one(option: dict[str, str]) -> None:
    assert subscription(Record({**DOCUMENTED, "refundOptions": [option]}, "s")).refunds_until == (None,)


def test_the_name_of_the_date_in_the_table_is_known_too() -> None:
    read = subscription(Record({**DOCUMENTED, "refundOptions": [{"expiresAfter": "2021-01-15T00:00:00Z"}]}, "s"))
    assert read.refunds_until == (datetime(2021, 1, 15, tzinfo=UTC),)


NEEDED = {"id", "status"}
KINDS = [b.nce(), b.trial(), b.extended(), b.software(started="-P2D"), b.marketplace(started="-P1D")]
PLACES = ["date", "refundOptions", "refundableQuantity", "action", "nowhere", "everywhere"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("held", KINDS, ids=lambda one: str(one.kind.value))
def test_no_single_absent_field_closes_an_open_window(held: Any, place: str) -> None:
    """I13, by taking each field of the answer away, one at a time, wherever the window shows."""
    tenant = Tenant(b.scenario(b.customer("Contoso", held), window_shows=place))
    body = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][0]
    now = tenant.simulator.clock.now() + timedelta(seconds=1)
    for absent in (None, *body):
        if absent in NEEDED:
            continue
        shown = {name: value for name, value in body.items() if name != absent}
        found = disposition(subscription_holding(subscription(Record(shown, "s"))), Policy(), Pace(), now)
        assert found.action in (ActionKind.CANCEL, None), absent
        if found.action is None:
            assert absent in {"offerId", "productType", "isMicrosoftProduct"}, "only what tells the kind may block it"
            assert found.blocker is not None
