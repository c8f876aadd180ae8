"""What a subscription renews into, which availability is taken, and the body that asks for a month."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.http.record import Record
from shared.adapters.partner_center.monthly import ENDS, NOT_SOLD, monthly_already, monthly_body
from shared.adapters.partner_center.wire.availabilities import Availability, availability, monthly_one
from shared.adapters.partner_center.wire.next_terms import next_term
from shared.domain.errors import RefusedError, Verdict
from shared.domain.holdings.next_term import NOTHING_SHOWN, NextTerm

LICENCE: dict[str, Any] = {
    "id": "a4c1340d-6911-4758-bba3-0c4c6007d161",
    "offerId": "CFQ7TTC0LH18:0001:CFQ7TTC0K971",
    "quantity": 15,
    "status": "active",
    "autoRenewEnabled": True,
    "termDuration": "P1Y",
    "renewalTermDuration": "",
}
OTHER = {"productId": "CFQ7TTC0LHSF", "skuId": "0002", "availabilityId": "CFQ7TTC0K5BR", "termDuration": "P1Y"}
CANCEL = [{"scheduleType": "CustomDate", "actionType": "cancel"}]
MONTH = ("P1M", "Monthly")


def record(**fields: Any) -> Record:
    return Record({**LICENCE, **fields}, "s")


def offered(identity: str, *terms: tuple[str, str], renewable: bool = True) -> Availability:
    return Availability(identity, terms, renewable)


@pytest.mark.parametrize(
    ("fields", "then"),
    [
        ({}, "P1Y"),
        ({"termDuration": "P1M"}, "P1M"),
        ({"renewalTermDuration": None}, "P1Y"),
        ({"renewalTermDuration": "P1Y"}, "P1Y"),
        ({"renewalTermDuration": "P1M"}, ""),
        ({"termDuration": "P1M", "renewalTermDuration": "P1Y"}, ""),
        ({"scheduledNextTermInstructions": {"product": {"termDuration": "P1M"}}}, "P1M"),
        ({"termDuration": "P1M", "scheduledNextTermInstructions": {"product": OTHER}}, "P1Y"),
        ({"scheduledNextTermInstructions": {"product": {"termDuration": "P1M"}}, "scheduledActions": CANCEL}, ""),
        ({"scheduledActions": []}, "P1Y"),
        ({"termDuration": None}, ""),
    ],
)
def test_the_length_of_the_next_term_is_known_only_where_nothing_contradicts_it(
    fields: dict[str, Any], then: str
) -> None:
    assert next_term(record(**fields)).then == then


@pytest.mark.parametrize(
    ("fields", "product", "sku"),
    [
        ({}, "CFQ7TTC0LH18", "0001"),
        ({"scheduledNextTermInstructions": {"product": OTHER}}, "CFQ7TTC0LHSF", "0002"),
        ({"scheduledNextTermInstructions": {"product": {"productId": "X"}}}, "CFQ7TTC0LH18", "0001"),
        ({"offerId": "031C9E47-4802-4248-838E-778FB1D2CC05"}, "", ""),
        ({"offerId": None}, "", ""),
    ],
)
def test_the_product_is_the_planned_one_or_its_own(fields: dict[str, Any], product: str, sku: str) -> None:
    found = next_term(record(**fields))
    assert (found.product_id, found.sku_id) == (product, sku)


@pytest.mark.parametrize(
    "fields",
    [
        {"scheduledNextTermInstructions": "P1M"},
        {"scheduledNextTermInstructions": {"product": []}},
        {"termDuration": ["P1M"]},
        {"scheduledActions": "Cancel"},
    ],
)
def test_what_cannot_be_read_is_not_shown(fields: dict[str, Any]) -> None:
    assert next_term(record(**fields)) == NOTHING_SHOWN == NextTerm()


@pytest.mark.parametrize(
    ("found", "taken"),
    [
        ((), None),
        ((offered("A", ("P1Y", "Annual")),), None),
        ((offered("A", ("P1M", "Annual")),), None),
        ((offered("A", MONTH, renewable=False),), None),
        ((offered("A", MONTH),), "A"),
        ((offered("A", MONTH), offered("B", ("P1Y", "Annual"))), "A"),
        ((offered("A", MONTH), offered("cfq7ttc0k971", MONTH)), "cfq7ttc0k971"),
        ((offered("A", MONTH), offered("B", MONTH)), None),
    ],
)
def test_its_own_availability_is_taken_or_the_only_one(found: tuple[Availability, ...], taken: str | None) -> None:
    one = monthly_one(found, "CFQ7TTC0K971")
    assert (one.id if one else None) == taken


@pytest.mark.parametrize(("shown", "renewable"), [(True, True), (None, True), (False, False)])
def test_an_availability_as_the_catalogue_writes_it(shown: bool | None, renewable: bool) -> None:
    terms = [{"duration": "P1M", "billingCycle": "Monthly"}, {"duration": "P1Y"}]
    read = availability(Record({"id": "A", "isRenewable": shown, "terms": terms}, "a"))
    assert read == offered("A", MONTH, ("P1Y", ""), renewable=renewable)
    assert read.monthly_cycle == "Monthly"


def test_the_body_is_the_whole_resource_with_the_next_term_and_no_scheduled_action() -> None:
    extends = [{"scheduleType": "TermEnd", "actionType": "RenewToExtendedServiceTerm"}]
    body = monthly_body(record(ScheduledActions=extends), (offered("CFQ7TTC0K971", MONTH),))
    assert body == {
        **LICENCE,
        "ScheduledActions": None,
        "scheduledNextTermInstructions": {
            "product": {
                "productId": "CFQ7TTC0LH18",
                "skuId": "0001",
                "availabilityId": "CFQ7TTC0K971",
                "billingCycle": "Monthly",
                "termDuration": "P1M",
            },
            "quantity": 15,
        },
    }


def test_what_was_planned_for_the_next_term_keeps_its_product_and_quantity() -> None:
    planned = {"product": OTHER, "quantity": 3}
    sold = (offered("CFQ7TTC0K971", MONTH), offered("CFQ7TTC0K5BR", MONTH))
    body: Any = monthly_body(record(scheduledNextTermInstructions=planned), sold)
    instructions = body["scheduledNextTermInstructions"]
    assert instructions["product"] | {"termDuration": "P1Y"} == {**OTHER, "billingCycle": "Monthly"}
    assert instructions["quantity"] == 3


@pytest.mark.parametrize(
    ("fields", "sold", "why"),
    [({}, (), NOT_SOLD), ({"scheduledActions": CANCEL}, (offered("CFQ7TTC0K971", MONTH),), ENDS)],
)
def test_what_cannot_be_asked_for_is_refused_here(
    fields: dict[str, Any], sold: tuple[Availability, ...], why: str
) -> None:
    with pytest.raises(RefusedError) as caught:
        monthly_body(record(**fields), sold)
    assert (caught.value.sentence, caught.value.verdict) == (why, Verdict.CANNOT_NOW)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"termDuration": "P1M"}, "was already set to renew month by month"),
        ({"autoRenewEnabled": False}, "does not renew by itself; nothing was changed"),
        ({"autoRenewEnabled": None}, "does not renew by itself; nothing was changed"),
    ],
)
def test_nothing_is_written_where_nothing_has_to_be(fields: dict[str, Any], said: str) -> None:
    assert monthly_already(record(**fields)) == said
