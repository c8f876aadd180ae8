"""The proofs of a removal: what each of them asks, when it holds, and that what holds is not asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import NoRelationshipError, RefusedError, RemoteError, SignInRequiredError
from shared.domain.holdings.classify import subscription_holding
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.records import Collection
from shared.domain.offboarding.record import Offboarding, Proof
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.outcome import Again, Finish
from shared.pipeline.core.session import Session
from shared.pipeline.stages.confirm import confirm
from tests.unit.support.scripted import (
    CUSTOMER,
    NOW,
    PROFILE,
    STRANGER,
    Tenant,
    clock_of,
    complete,
    legacy,
    licence,
    noted,
    session_at,
)

GONE = NoRelationshipError("no relationship", status=404, remote_code="20002")
ACCEPTED = RemovalIntent(1, "r-1", NOW - timedelta(hours=3), state=RemovalState.ACCEPTED, answered_at=NOW, status=200)
NAMES = (
    "customer_list",
    "customer_read",
    "subscriptions",
    "purchasing",
    "delegated_admin",
    "support_contact",
    "activity_log",
)
LEGACY = HoldingRecord(subscription_holding(legacy()), NOW, NOW)
MODERN = HoldingRecord(subscription_holding(licence()), NOW, NOW)


def gone(**answers: Any) -> Tenant:
    """A tenant that the customer has left, except for what `answers` say."""
    usual: dict[str, Any] = {
        "customers": complete(STRANGER),
        "profile": GONE,
        "subscriptions": GONE,
        "orders": GONE,
    }
    return Tenant(**{**usual, **answers})


def confirming(tenant: Tenant, **fields: Any) -> Session:
    return session_at(Stage.CONFIRM, tenant, **{"removal": ACCEPTED, **fields})


def found(offboarding: Offboarding) -> dict[str, tuple[bool, str]]:
    return {proof.name: (proof.holds, proof.detail) for proof in offboarding.proofs}


def test_every_proof_is_asked_for_once_in_order_and_recorded() -> None:
    tenant = gone()
    session = confirming(tenant, records=(LEGACY, MODERN))

    outcome = confirm(session)

    assert isinstance(outcome, Finish)
    assert (outcome.status, outcome.reason.code) == (Status.REMOVED, "removed")
    assert outcome.reason.text == "the reseller relationship is removed; 7 proofs hold"
    assert outcome.reason.operator_action
    assert tenant.calls == [
        ("customers",),
        ("customer", CUSTOMER),
        ("subscriptions", CUSTOMER),
        ("orders", CUSTOMER),
        ("gdap", CUSTOMER),
        ("support contact", CUSTOMER, "legacy-1"),
        ("audited", CUSTOMER, (NOW - timedelta(hours=3, days=1)).isoformat()),
        ("url",),
    ]
    assert tuple(proof.name for proof in session.offboarding.proofs) == NAMES
    assert found(session.offboarding) == {
        "customer_list": (True, "not among 1 customer"),
        "customer_read": (True, "Partner Center no longer knows the customer (404, code 20002)"),
        "subscriptions": (True, "Partner Center no longer knows the customer (404, code 20002)"),
        "purchasing": (True, "Partner Center no longer knows the customer (404, code 20002)"),
        "delegated_admin": (True, "there were no delegated admin relationships"),
        "support_contact": (True, "not readable any more"),
        "activity_log": (True, "remove_partner_customer_relationship succeeded"),
    }
    assert all(proof.at == NOW for proof in session.offboarding.proofs)
    assert session.offboarding.reestablish_url == "https://partner.example/invite"
    assert len(session.offboarding.survivors) == 3
    told = noted(session, "proven")
    assert len(told) == 1
    assert all(name in told[0] for name in NAMES)


UPPER = replace(PROFILE, id=CUSTOMER.upper())


@pytest.mark.parametrize(
    ("name", "answers", "detail"),
    [
        ("customer_list", {"customers": complete(STRANGER, PROFILE)}, "still in the customer list"),
        ("customer_list", {"customers": complete(UPPER)}, "still in the customer list"),
        ("customer_list", {"customers": Collection((PROFILE,), 3)}, "still in the customer list"),
        ("customer_list", {"customers": Collection((STRANGER,), 2)}, "the customer list is incomplete (1 of 2)"),
        ("customer_read", {"profile": PROFILE}, "still readable"),
        ("subscriptions", {"subscriptions": complete()}, "still readable"),
        ("purchasing", {"orders": complete()}, "still readable"),
        ("support_contact", {"contact_refused": False}, "still readable"),
        ("activity_log", {"audited": False}, "no record in the activity log yet"),
    ],
)
def test_one_proof_that_does_not_hold_is_waited_for_by_name(name: str, answers: dict[str, Any], detail: str) -> None:
    session = confirming(gone(**answers), records=(LEGACY,))

    outcome = confirm(session)

    assert isinstance(outcome, Again)
    assert outcome.reason.code == "confirming"
    known = "the removal was accepted" if name in ("customer_list", "customer_read") else "removed"
    assert outcome.reason.text == f"{known}; still waiting for: {name}", "a customer that is seen is not removed"
    assert found(session.offboarding)[name] == (False, detail)
    assert {proof.name for proof in session.offboarding.proofs if not proof.holds} == {name}
    assert noted(session, "proofs") == [f"{name}: {detail}"]
    assert session.offboarding.reestablish_url == ""


def test_only_a_legacy_subscription_has_a_support_contact_to_ask_for() -> None:
    tenant = gone(contact_refused=False)
    session = confirming(tenant, records=(MODERN,))

    assert isinstance(confirm(session), Finish)
    assert "support contact" not in tenant.names
    assert found(session.offboarding)["support_contact"][0] is True


@pytest.mark.parametrize("kind", [RefusedError, SignInRequiredError])
@pytest.mark.parametrize("call", ["profile", "subscriptions", "orders"])
@pytest.mark.parametrize(
    ("status", "customers", "proves"),
    [
        (403, complete(STRANGER), True),
        (404, complete(STRANGER), True),
        (401, complete(STRANGER), False),
        (400, complete(STRANGER), False),
        (405, complete(STRANGER), False),
        (None, complete(STRANGER), False),
        (403, complete(PROFILE), False),
        (404, complete(PROFILE), False),
        (403, Collection((STRANGER,), 2), False),
        (404, Collection((STRANGER,), 2), False),
    ],
)
def test_a_refusal_of_another_sort_proves_something_only_beside_a_complete_list_without_the_customer(
    kind: type[RemoteError], call: str, status: int | None, customers: Collection[Any], *, proves: bool
) -> None:
    refused = kind("authorization failed", status=status, remote_code="1002")
    # An older proof of another name must not stand in for the list.
    older = Proof("purchasing" if call != "orders" else "subscriptions", holds=True, detail="before", at=NOW)
    session = confirming(gone(**{call: refused, "customers": customers}), proofs=(older,))

    if not proves:
        with pytest.raises(kind):
            confirm(session)
        return
    assert isinstance(confirm(session), Finish)
    name = {"profile": "customer_read", "subscriptions": "subscriptions", "orders": "purchasing"}[call]
    assert found(session.offboarding)[name] == (
        True,
        f"not readable any more ({status}, code 1002), and not in the customer list",
    )


def test_what_was_found_before_a_check_failed_is_kept() -> None:
    session = confirming(gone(orders=SignInRequiredError("sign in", status=401)))

    with pytest.raises(SignInRequiredError):
        confirm(session)
    assert set(found(session.offboarding)) == {"customer_list", "customer_read", "subscriptions"}
    assert session.offboarding.confirming_since == NOW


def test_a_proof_that_holds_is_kept_with_its_date_and_only_the_customer_list_is_read_anew() -> None:
    proofs = tuple(Proof(name, holds=True, detail="held", at=NOW - timedelta(hours=1)) for name in NAMES)
    tenant = gone()
    session = confirming(tenant, proofs=proofs)

    assert isinstance(confirm(session), Finish)
    assert tenant.names == ["customers", "url"]
    dates = {proof.name: proof.at for proof in session.offboarding.proofs}
    assert dates.pop("customer_list") == NOW
    assert set(dates.values()) == {NOW - timedelta(hours=1)}


def test_a_customer_list_that_held_before_does_not_hold_any_more_when_the_customer_is_back_in_it() -> None:
    proofs = tuple(Proof(name, holds=True, detail="held", at=NOW) for name in NAMES)
    session = confirming(gone(customers=complete(PROFILE)), proofs=proofs)

    assert isinstance(confirm(session), Again)
    assert found(session.offboarding)["customer_list"] == (False, "still in the customer list")


def test_a_proof_that_did_not_hold_is_asked_for_again() -> None:
    failed = tuple(Proof(name, holds=name != "subscriptions", detail="before", at=NOW) for name in NAMES)
    tenant = gone()
    session = confirming(tenant, proofs=failed)
    clock_of(session).advance(timedelta(minutes=2))

    assert isinstance(confirm(session), Finish)
    assert tenant.names == ["customers", "subscriptions", "url"]
    assert tuple(proof.name for proof in session.offboarding.proofs) == NAMES, "always in the same order"
    assert session.offboarding.proofs[2].at == NOW + timedelta(minutes=2)
