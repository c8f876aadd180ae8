"""Whose offboarding it is: found, compared and guarded before anything is recorded or written, and live only once (I6).

The rest of the inventory is asked for at the same moment, and thrown away where the customer is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.errors import NoRelationshipError, UnreadableAnswerError
from shared.domain.holdings.records import Collection, CustomerProfile, DelegatedRelationship, Subscription
from shared.domain.offboarding.record import Customer, Offboarding
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.policy import Commitments, Partner, Policy
from shared.pipeline.core.outcome import Again, Attention, Finish, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.stages.plan import plan
from shared.ports.store import Change, Live
from tests.unit.support.scripted import (
    CUSTOMER,
    DOMAIN,
    KNOWN,
    NAME,
    NOW,
    OTHER,
    PACE,
    PARTNER,
    PROFILE,
    REQUEST,
    STRANGER,
    Tenant,
    clock_of,
    complete,
    noted,
    services,
    session_at,
    stored,
)

INVENTORY = ["customer", "subscriptions", "entitlements", "orders", "transfers"]
BESIDE = [*INVENTORY, "gdap"]
GONE = NoRelationshipError("no relationship", status=404, remote_code="20002")
BY_DOMAIN: dict[str, Any] = {"customer_id": None}


def planning(tenant: Tenant, **fields: Any) -> Session:
    """A session whose customer is not identified yet, unless `customer` says so."""
    return session_at(Stage.PLAN, tenant, **{"customer": None, "plan": None, **fields})


def assert_rejected(outcome: Outcome, code: str) -> Finish:
    assert isinstance(outcome, Finish)
    assert (outcome.status, outcome.reason.code) == (Status.REJECTED, code)
    assert outcome.reason.text.endswith("; nothing was changed")
    assert outcome.reason.operator_action == "Correct it and send it with a new request id."
    return outcome


def test_the_customer_of_the_request_is_read_recorded_and_taken() -> None:
    tenant = Tenant()
    session = planning(tenant)

    assert plan(session) == Next(Stage.SUSPEND)
    assert tenant.names == [*BESIDE, "claims", "url"]
    assert {call[1] for call in tenant.calls if len(call) > 1} == {CUSTOMER}
    assert stored(session).customer == KNOWN
    assert noted(session, "identified") == ["Contoso (contoso.example)"]


# By its domain.


@pytest.mark.parametrize("domain", [DOMAIN, "Contoso.Example"])
@pytest.mark.parametrize("identity", [CUSTOMER, CUSTOMER.upper()])
def test_a_domain_alone_finds_the_one_customer_that_has_it(domain: str, identity: str) -> None:
    listed = CustomerProfile(identity, "Contoso", domain, "reseller")
    tenant = Tenant(customers=complete(STRANGER, listed))
    session = planning(tenant, wanted=BY_DOMAIN)

    assert plan(session) == Next(Stage.SUSPEND)
    assert tenant.calls[:2] == [("customers",), ("customer", CUSTOMER)]
    assert session.offboarding.customer == KNOWN


@pytest.mark.parametrize(
    ("customers", "code", "count"),
    [
        ((), "customer_unknown", 0),
        ((STRANGER,), "customer_unknown", 0),
        ((PROFILE, replace(STRANGER, domain=DOMAIN)), "customer_ambiguous", 2),
        ((PROFILE, replace(STRANGER, domain=DOMAIN), PROFILE), "customer_ambiguous", 3),
    ],
)
def test_a_domain_of_no_or_of_several_customers_is_refused(
    customers: tuple[CustomerProfile, ...], code: str, count: int
) -> None:
    tenant = Tenant(customers=complete(*customers))
    outcome = assert_rejected(plan(planning(tenant, wanted=BY_DOMAIN)), code)

    assert f"domain {DOMAIN} matches {count} customers" in outcome.reason.text
    assert tenant.names == ["customers"] * (1 if count else 2), "a list that changes between its pages can hide one"


@pytest.mark.parametrize("total", [0, 3])
def test_a_domain_is_not_looked_up_in_half_a_list(total: int) -> None:
    tenant = Tenant(customers=Collection((PROFILE, STRANGER), total))
    with pytest.raises(UnreadableAnswerError, match=f"2 of {total}"):
        plan(planning(tenant, wanted=BY_DOMAIN))
    assert tenant.names == ["customers"]


def test_an_identified_customer_is_not_looked_up_again() -> None:
    tenant = Tenant(customers=complete(replace(STRANGER, domain=DOMAIN)))
    session = planning(tenant, wanted=BY_DOMAIN, customer=KNOWN)

    assert plan(session) == Next(Stage.SUSPEND)
    assert "customers" not in tenant.names
    assert session.offboarding.customer == KNOWN


# Guards.


@pytest.mark.parametrize(
    ("partner", "code"),
    [
        (Partner(CUSTOMER), "own_tenant"),
        (Partner(PARTNER, frozenset({CUSTOMER, OTHER})), "protected_customer"),
        (Partner(CUSTOMER, frozenset({CUSTOMER})), "own_tenant"),
    ],
)
@pytest.mark.parametrize("fields", [{}, {"customer": KNOWN}, {"wanted": {"dry_run": True}}])
def test_our_own_tenant_and_protected_customers_are_not_even_read(
    partner: Partner, code: str, fields: dict[str, Any]
) -> None:
    tenant = Tenant()
    assert_rejected(plan(planning(tenant, within=services(tenant, partner=partner), **fields)), code)
    assert tenant.calls == []


def test_a_protected_customer_is_protected_by_its_domain_too() -> None:
    tenant = Tenant()
    partner = Partner(PARTNER, frozenset({CUSTOMER}))
    assert_rejected(
        plan(planning(tenant, wanted=BY_DOMAIN, within=services(tenant, partner=partner))), "protected_customer"
    )
    assert tenant.names == ["customers"]


def test_the_protection_of_others_concerns_nobody_else() -> None:
    tenant = Tenant()
    partner = Partner(PARTNER, frozenset({OTHER}))
    assert plan(planning(tenant, within=services(tenant, partner=partner))) == Next(Stage.SUSPEND)


# What the request says of it.

FITTING = [
    ({"domain": None}, {}),
    ({"domain": DOMAIN}, {"domain": "Contoso.Example"}),
    ({"domain": "shop.example"}, {"custom_domains": ("other.example", "Shop.Example")}),
    ({"company_name": "Contoso"}, {}),
    ({"company_name": " Contoso  "}, {}),
    ({"company_name": "Cafe\u0301"}, {"company_name": "Caf\u00e9 "}),
    ({"domain": None, "company_name": "Contoso"}, {}),
]
UNFITTING = [
    ({"domain": "fabrikam.example"}, {}),
    ({"domain": "fabrikam.example"}, {"custom_domains": ("other.example",)}),
    ({"company_name": "contoso"}, {}),
    ({"company_name": "Cafe"}, {"company_name": "Caf\u00e9"}),
    ({"domain": None, "company_name": "Fabrikam"}, {}),
    ({"domain": "fabrikam.example", "company_name": "Contoso"}, {}),
]


@pytest.mark.parametrize(("wanted", "profile"), FITTING)
def test_what_fits_is_planned(wanted: dict[str, Any], profile: dict[str, Any]) -> None:
    tenant = Tenant(profile=replace(PROFILE, **profile))
    assert plan(planning(tenant, wanted=wanted)) == Next(Stage.SUSPEND)


@pytest.mark.parametrize(("wanted", "profile"), UNFITTING)
def test_what_does_not_fit_is_refused_and_nothing_of_it_is_kept(
    wanted: dict[str, Any], profile: dict[str, Any]
) -> None:
    others = complete(Subscription("s-1", "CFQ7TTC0LH18:0001", "Not ours to look at", "active"))
    tenant = Tenant(profile=replace(PROFILE, relationship="advisor", **profile), subscriptions=others)
    session = planning(tenant, wanted=wanted)

    assert_rejected(plan(session), "customer_mismatch")
    assert tenant.names == BESIDE
    assert session.records == {}
    assert noted(session, "inventory") == []
    assert session.offboarding.customer is None


@pytest.mark.parametrize(
    ("customs", "sentence"),
    [
        ((), f"Expected is its default domain, {DOMAIN}: Partner Center shows no other domain"),
        ((DOMAIN.upper(),), f"Expected is its default domain, {DOMAIN}: Partner Center shows no other domain"),
        (
            ("Shop.example", "a.example"),
            f"default domain, {DOMAIN}, or one of its other domains: a.example, shop.example",
        ),
    ],
)
def test_a_domain_that_cannot_be_confirmed_says_which_one_is_expected(customs: tuple[str, ...], sentence: str) -> None:
    """Custom domains are shown to a partner with delegated administration alone; what is not shown does not count."""
    tenant = Tenant(profile=replace(PROFILE, custom_domains=customs))
    outcome = assert_rejected(plan(planning(tenant, wanted={"domain": "www.shop.example"})), "customer_mismatch")

    assert sentence in outcome.reason.text
    assert tenant.names == BESIDE


def test_a_custom_domain_alone_finds_nobody_and_says_what_does() -> None:
    tenant = Tenant(customers=complete(replace(PROFILE, custom_domains=("shop.example",))))
    outcome = assert_rejected(
        plan(planning(tenant, wanted={**BY_DOMAIN, "domain": "shop.example"})), "customer_unknown"
    )

    assert "Expected is the default domain" in outcome.reason.text
    assert "customerTenantId" in outcome.reason.text
    assert tenant.names == ["customers", "customers"]  # a list that changes while it is read can hide one


@pytest.mark.parametrize(("wanted", "profile"), UNFITTING)
def test_an_identified_customer_that_changed_asks_a_person(wanted: dict[str, Any], profile: dict[str, Any]) -> None:
    tenant = Tenant(profile=replace(PROFILE, **profile))
    session = planning(tenant, wanted=wanted, customer=KNOWN)

    outcome = plan(session)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "customer_changed"
    assert CUSTOMER in outcome.reason.text
    assert outcome.reason.operator_action
    assert tenant.names == BESIDE


@pytest.mark.parametrize(
    ("relationship", "goes_on"), [("reseller", True), ("Reseller", True), ("advisor", False), ("none", False)]
)
def test_only_a_reseller_relationship_is_ended(relationship: str, *, goes_on: bool) -> None:
    tenant = Tenant(profile=replace(PROFILE, relationship=relationship))
    session = planning(tenant)

    outcome = plan(session)

    assert goes_on is (outcome == Next(Stage.SUSPEND))
    if not goes_on:
        assert isinstance(outcome, Attention)
        assert outcome.reason.code == "not_a_reseller"
        assert tenant.names == BESIDE
        assert session.offboarding.customer is None


@pytest.mark.parametrize(
    ("wanted", "profile", "missing"),
    [
        ({}, {"domain": ""}, "a domain"),
        ({}, {"domain": " ", "company_name": ""}, "a domain"),
        ({"company_name": "Contoso"}, {"domain": ""}, "a domain"),
        ({"company_name": "Contoso"}, {"company_name": ""}, "a company name"),
        ({"domain": None, "company_name": "Contoso"}, {"company_name": "", "domain": ""}, "a company name"),
    ],
)
def test_a_ghost_is_no_mismatch(wanted: dict[str, Any], profile: dict[str, Any], missing: str) -> None:
    """It is read twice; then a person is told what is missing, and the request is not turned away."""
    tenant = Tenant(profile=replace(PROFILE, **profile))
    outcome = plan(planning(tenant, wanted=wanted))
    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "customer_nameless"
    assert f"without {missing}:" in outcome.reason.text
    assert tenant.names == [*BESIDE, "customer"]


@pytest.mark.parametrize(
    ("wanted", "profile"),
    [
        ({}, {"company_name": ""}),
        ({"domain": None, "company_name": "Contoso"}, {"domain": ""}),
        ({}, {"domain": "", "custom_domains": (DOMAIN,)}),
    ],
)
def test_what_the_request_does_not_name_may_be_missing(wanted: dict[str, Any], profile: dict[str, Any]) -> None:
    assert plan(planning(Tenant(profile=replace(PROFILE, **profile)), wanted=wanted)) == Next(Stage.SUSPEND)


# Not ours.


@pytest.mark.parametrize("customers", [(), (STRANGER,)])
def test_a_customer_whom_nobody_knows_is_refused(customers: tuple[CustomerProfile, ...]) -> None:
    tenant = Tenant(profile=GONE, customers=complete(*customers))
    assert_rejected(plan(planning(tenant)), "customer_unknown")
    assert tenant.names == [*BESIDE, "customers", "gdap"], "nothing is left of it in Graph either"


@pytest.mark.parametrize(
    ("customers", "said"),
    [
        (complete(STRANGER, PROFILE), "the customer list shows the customer"),
        (complete(replace(PROFILE, id=CUSTOMER.upper())), "the customer list shows the customer"),
        (Collection((PROFILE,), 2), "the customer list shows the customer"),
        (Collection((STRANGER,), 2), "may well be in the customer list"),
    ],
)
def test_one_odd_answer_turns_no_request_away(customers: Collection[CustomerProfile], said: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=said):
        plan(planning(Tenant(profile=GONE, customers=customers)))


def test_an_identified_customer_who_is_gone_goes_to_the_proofs() -> None:
    tenant = Tenant(profile=GONE)
    outcome = plan(planning(tenant, customer=KNOWN))

    assert isinstance(outcome, Next)
    assert outcome.stage is Stage.CONFIRM
    assert outcome.reason is not None
    assert outcome.reason.code == "gone_without_us"
    assert tenant.names == BESIDE


def test_a_customer_who_goes_while_it_is_read_goes_to_the_proofs() -> None:
    outcome = plan(planning(Tenant(orders=GONE)))

    assert isinstance(outcome, Next)
    assert outcome.stage is Stage.CONFIRM


@pytest.mark.parametrize(
    ("customers", "said"),
    [
        (complete(PROFILE), "is still in the customer list"),
        (complete(STRANGER, PROFILE), "is still in the customer list"),
        (complete(replace(PROFILE, id=CUSTOMER.upper())), "is still in the customer list"),
        (Collection((PROFILE,), 2), "is still in the customer list"),
        (Collection((STRANGER,), 2), "may be in the customer list, which is incomplete"),
        (complete(STRANGER), None),
    ],
)
def test_a_dry_run_answers_from_the_customer_list(customers: Collection[CustomerProfile], said: str | None) -> None:
    tenant = Tenant(profile=GONE, customers=customers)
    session = planning(tenant, customer=KNOWN, wanted={"dry_run": True})
    outcome = plan(session)

    if said is None:
        assert isinstance(outcome, Again), "what vanished needs a second look"
        assert outcome.at == NOW + PACE.vanish_proof
        clock_of(session).advance(PACE.vanish_proof)
        outcome = plan(session)
        assert isinstance(outcome, Finish)
        assert (outcome.status, outcome.reason.code) == (Status.ALREADY_REMOVED, "gone_without_us")
    else:
        assert isinstance(outcome, Again)
        assert outcome.at == NOW + PACE.recheck
        assert outcome.reason.code == "relationship_unclear"
        assert outcome.reason.text == f"the customer is not readable but {said}"


# Removed before, by this pipeline.


def keep(session: Session, identity: str, status: Status = Status.REMOVED, **fields: Any) -> None:
    """Another offboarding in the same store."""
    request: OffboardingRequest = fields.pop("request", REQUEST)
    live = fields.pop("live", Live.KEEP)
    fields = {"customer": KNOWN, **fields}
    other = Offboarding(identity, request, status, None, NOW, NOW, **fields)
    session.services.store.commit(Change(other, None, live=live))


RENAMED: dict[str, Any] = {
    "customer": Customer(CUSTOMER, "Contoso", "renamed.example"),
    "request": replace(REQUEST, domain="renamed.example"),
}


@pytest.mark.parametrize("wanted", [{}, BY_DOMAIN])
@pytest.mark.parametrize("status", [item for item in Status if item not in TERMINAL and item is not Status.RECEIVED])
def test_a_customer_whom_another_is_removing_is_joined(status: Status, wanted: dict[str, Any]) -> None:
    """Between the removal and its proofs the customer is gone, and the one that removes it is still at work."""
    session = planning(Tenant(profile=GONE, customers=complete()), wanted=wanted)
    keep(session, "live", status, live=Live.TAKE)
    outcome = plan(session)
    if wanted and status is Status.PLANNING:  # What is only being planned has removed nothing.
        assert_rejected(outcome, "customer_unknown")
        return
    assert isinstance(outcome, Finish)
    assert (outcome.status, session.offboarding.other_id) == (Status.JOINED, "live")
    assert session.offboarding.customer == KNOWN


@pytest.mark.parametrize("status", [Status.REMOVED, Status.ALREADY_REMOVED])
@pytest.mark.parametrize("wanted", [{}, BY_DOMAIN, {"domain": "own.example"}])
def test_a_customer_who_is_gone_for_another_goes_to_the_proofs(status: Status, wanted: dict[str, Any]) -> None:
    """A custom domain is known from the request that named it."""
    session = planning(Tenant(profile=GONE, customers=complete()), wanted=wanted)
    keep(session, "earlier", status, request=replace(REQUEST, domain=wanted.get("domain", DOMAIN)))
    outcome = plan(session)
    assert isinstance(outcome, Next)
    assert (outcome.stage, session.offboarding.customer) == (Stage.CONFIRM, KNOWN)


def test_a_domain_without_a_customer_says_who_has_none() -> None:
    ghosts = (CustomerProfile(OTHER, "", "", "reseller"), STRANGER)
    outcome = plan(planning(Tenant(customers=complete(*ghosts)), wanted=BY_DOMAIN))
    assert "The list has 1 customer without any domain" in assert_rejected(outcome, "customer_unknown").reason.text


def test_a_customer_whom_we_removed_before_goes_to_the_proofs() -> None:
    tenant = Tenant(profile=GONE, customers=complete())
    session = planning(tenant)
    keep(session, "earlier")

    outcome = plan(session)

    assert isinstance(outcome, Next)
    assert outcome.stage is Stage.CONFIRM
    assert outcome.reason is not None
    assert outcome.reason.code == "gone_without_us"
    assert session.offboarding.customer == KNOWN
    assert noted(session, "removed_before") == ["by offboarding earlier, finished 2026-06-01 09:00 UTC"]
    assert tenant.names == BESIDE


def test_any_of_several_earlier_removals_counts() -> None:
    session = planning(Tenant(profile=GONE, customers=complete()))
    keep(session, "fits")
    keep(session, "nobody", customer=None)
    keep(session, "renamed", **RENAMED)

    assert isinstance(plan(session), Next)
    assert noted(session, "removed_before")[0].startswith("by offboarding fits")


@pytest.mark.parametrize(("pages", "found"), [(1, False), (2, False), (3, True)])
def test_an_earlier_removal_is_looked_for_page_by_page(
    pages: int, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newest first and a bounded number of pages: what lies beyond is no answer."""
    monkeypatch.setattr("shared.pipeline.steps.others.PAGE", 1)
    monkeypatch.setattr("shared.pipeline.steps.others.PAGES", pages)
    session = planning(Tenant(profile=GONE, customers=complete()))
    others: dict[str, dict[str, Any]] = {"fits": {}, "nobody": {"customer": None}, "renamed": RENAMED}
    for identity, fields in others.items():
        keep(session, identity, **fields)

    outcome = plan(session)
    if found:
        assert isinstance(outcome, Next)
    else:
        assert_rejected(outcome, "customer_unknown")


@pytest.mark.parametrize(
    ("status", "fields"),
    [
        (Status.REJECTED, {}),
        (Status.STOPPED, {}),
        (Status.ALREADY_REMOVED, {"request": replace(REQUEST, dry_run=True)}),
        (Status.WAITING, {"request": replace(REQUEST, dry_run=True)}),
        (Status.REMOVED, {"customer": None}),
        (Status.REMOVED, RENAMED),
        (Status.WAITING, RENAMED),
        (Status.REMOVED, {"customer": Customer(OTHER, "Contoso", DOMAIN)}),
    ],
)
def test_what_was_not_this_removal_is_no_answer(status: Status, fields: dict[str, Any]) -> None:
    session = planning(Tenant(profile=GONE, customers=complete()))
    keep(session, "earlier", status, **fields)

    assert_rejected(plan(session), "customer_unknown")
    assert session.offboarding.customer is None


def test_a_domain_that_is_still_listed_is_not_answered_by_an_earlier_removal() -> None:
    session = planning(Tenant(profile=GONE), wanted=BY_DOMAIN)
    keep(session, "earlier")

    with pytest.raises(UnreadableAnswerError):
        plan(session)


# One live offboarding for each customer.


def end_as_rival(other: dict[str, Any] | None = None, status: Status = Status.WAITING, **mine: Any) -> Any:
    tenant = Tenant()
    session = planning(tenant, wanted=mine)
    keep(session, "live", status, request=replace(REQUEST, **(other or {})), live=Live.TAKE)
    return session, plan(session), tenant


def test_the_same_request_joins_the_live_one() -> None:
    session, outcome, tenant = end_as_rival()

    assert isinstance(outcome, Finish)
    assert (outcome.status, outcome.reason.code) == (Status.JOINED, "joined")
    assert session.offboarding.other_id == "live"
    assert tenant.names == BESIDE


def test_another_request_beside_a_live_one_is_refused() -> None:
    session, outcome, tenant = end_as_rival({"commitments": Commitments.STOP})

    assert isinstance(outcome, Finish)
    assert (outcome.status, outcome.reason.code) == (Status.REJECTED, "live_with_other_options")
    assert session.offboarding.other_id == "live"
    assert tenant.names == BESIDE


def test_a_finished_offboarding_holds_nobody() -> None:
    session, outcome, _ = end_as_rival(status=Status.REMOVED)

    assert outcome == Next(Stage.SUSPEND)
    assert session.offboarding.other_id is None


def test_a_dry_run_takes_nothing_and_is_held_up_by_nobody() -> None:
    _, outcome, _ = end_as_rival(dry_run=True)
    assert isinstance(outcome, Finish)
    assert outcome.status is Status.PLANNED

    alone = planning(Tenant(), wanted={"dry_run": True})
    plan(alone)
    keep(alone, "later", Status.WAITING, live=Live.TAKE)
    assert alone.services.store.load("later") is not None


def test_an_identified_customer_is_taken_against_others() -> None:
    session = planning(Tenant())
    plan(session)
    keep(session, "later", Status.WAITING, live=Live.TAKE)
    assert session.services.store.load("later") is None


@pytest.mark.parametrize(
    ("wanted", "leave", "ours"),
    [
        ({"domain": None, "company_name": NAME}, False, True),
        ({"domain": None, "company_name": NAME}, True, False),
        ({"domain": None, "company_name": NAME, "dry_run": True}, False, False),
        ({"domain": None, "company_name": "Fabrikam"}, False, False),
        ({"company_name": NAME}, False, False),
    ],
)
def test_what_is_left_in_graph_is_ended_only_where_it_is_certain_whose_it_is(
    wanted: dict[str, Any], leave: bool, ours: bool
) -> None:
    """Graph knows a name and no domain. Else it ends, and says what goes on."""
    standing = DelegatedRelationship("g-1", "Admin", "active", customer_name=NAME)
    tenant = Tenant(profile=GONE, customers=complete(STRANGER), gdap=complete(standing))
    within = services(tenant, policy=Policy(terminate_gdap=not leave))
    fields: dict[str, Any] = {"customer": None, "plan": None, "gone_since": NOW - PACE.vanish_proof}
    session = session_at(Stage.PLAN, tenant, within=within, wanted=wanted, **fields)

    outcome = plan(session)
    if ours:
        assert session.offboarding.customer == Customer(CUSTOMER, NAME, "")
        assert isinstance(outcome, Next)
        assert outcome.stage is Stage.CONFIRM
        return
    assert isinstance(outcome, Finish)
    assert (outcome.status, outcome.reason.code) == (Status.ALREADY_REMOVED, "gone_before_us")
    assert session.offboarding.customer is None
    assert session.offboarding.survivors == ("The delegated admin relationship (GDAP) Admin goes on (active).",)
