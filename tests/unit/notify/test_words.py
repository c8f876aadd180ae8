"""What people read: cause, consequence, what to do, and the facts that an event has."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.events import ActorData, CustomerData, EventType, PlanData
from shared.domain.offboarding.called import NOT_IDENTIFIED
from shared.domain.offboarding.settled import Payment
from shared.notify.words import LONGEST, notice_of
from tests.unit.notify.support import AT, TENANT, event

LATER = AT + timedelta(days=3)
PLAN = PlanData(
    holdings=3,
    actions={},
    dated_blockers=0,
    undated_blockers=0,
    first_window_closes_at=LATER,
    irreversible_steps=2,
    digest="0" * 64,
)


def test_what_needs_a_person_says_why_what_it_means_and_what_to_do() -> None:
    found = notice_of(event(), "https://app.example/x")
    assert found.title == "Contoso Ltd needs a person"
    assert dict(found.parts)["Why"] == "Partner Center refused it."
    assert dict(found.parts)["What to do"] == "Call the hotline."
    assert dict(found.facts)["Domain"] == "contoso.example"
    assert dict(found.facts)["Tenant"] == TENANT
    assert dict(found.facts)["Request"] == "req-1"


def test_an_approval_says_how_much_and_until_when() -> None:
    found = notice_of(event(1, EventType.AWAITING_APPROVAL, plan=PLAN), "")
    assert "The customer has 3 holdings; nothing puts back 2 steps of the plan." in dict(found.parts)["Why"]
    assert dict(found.facts)["Window closes"] == "2026-05-07 06:00 UTC"


def test_every_date_and_number_that_an_event_has_is_shown() -> None:
    told = event(
        1,
        EventType.WINDOW_CLOSING,
        window_closes_at=LATER,
        next_attempt_at=LATER,
        paid_until=LATER,
        renews_at=LATER,
        blocker_count=1,
        notice="The window of Microsoft 365 E3 closes.",
        actor=ActorData(type="person", id="1", name="Ms. Operator"),
    )
    found = notice_of(told, "")
    assert dict(found.parts)["Why"] == "The window of Microsoft 365 E3 closes."
    facts = dict(found.facts)
    assert {facts[name] for name in ("Window closes", "Looks again", "Paid until", "Renews")} == {
        "2026-05-07 06:00 UTC"
    }
    assert (facts["In the way"], facts["By"]) == ("1 blocker", "Ms. Operator")


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ({"payment": Payment.NO_END_KNOWN}, "runs on, no end known"),
        ({"payment": Payment.UNTIL_DATE, "paid_until": LATER}, "2026-05-07 06:00 UTC"),
        ({"payment": Payment.NOTHING}, None),
        ({"payment": Payment.NOT_READ}, None),
        ({}, None),
    ],
)
def test_what_is_paid_on_is_told_where_it_costs(told: dict[str, Any], shown: str | None) -> None:
    assert dict(notice_of(event(**told), "").facts).get("Paid until") == shown


def test_the_pipeline_itself_is_not_named() -> None:
    found = notice_of(event(actor=ActorData(type="system", id="", name="pipeline")), "")
    assert "By" not in dict(found.facts)


def test_a_customer_is_called_by_the_best_name_that_is_known() -> None:
    names = [
        CustomerData(tenant_id=TENANT, company_name=None, domain="contoso.example"),
        CustomerData(tenant_id=TENANT, company_name=None, domain=None),
        CustomerData(tenant_id=None, company_name=None, domain=None),
    ]
    titles = [notice_of(event(customer=name), "").title for name in names]
    assert titles == [f"{name} needs a person" for name in ("contoso.example", TENANT, NOT_IDENTIFIED)]


def test_a_dry_run_says_so_unless_that_is_what_it_is_about() -> None:
    assert notice_of(event(dry_run=True), "").title.endswith(" (dry run)")
    assert not notice_of(event(1, EventType.PLANNED, dry_run=True), "").title.endswith(" (dry run)")


def test_a_sentence_of_others_is_cut() -> None:
    found = notice_of(event(notice="x" * 5_000), "")
    assert len(dict(found.parts)["Why"]) == LONGEST
