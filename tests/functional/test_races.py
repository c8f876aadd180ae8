"""Reads that lie, and administrators who change things under our hands (I1, I8)."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec, PerpetualSpec, ReservationSpec, TransferSpec
from local.simulator.tenant.kinds import TransferStatus
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.sampling import some_of
from tests.functional.trouble import offboarded, refused_removals

EVERYTHING = CustomerSpec(
    name="Everything",
    subscriptions=(legacy(), nce("Base"), nce("Add-on", parent="Base"), azure_plan("one", "two")),
    reservations=(ReservationSpec(),),
    perpetual_software=(PerpetualSpec(),),
    transfers=(TransferSpec(status=TransferStatus.COMPLETE),),
)
NOT_COLLECTIONS = re.compile(r"/(customers/[^/]+|relationshiprequests|supportcontact|openid-configuration)$")


def journal_of(customer: CustomerSpec) -> list[dict[str, Any]]:
    world, offboarding = offboarded(customer)
    assert offboarding.status is Status.REMOVED
    return world.journal()


BASELINE = journal_of(EVERYTHING)
COLLECTIONS = Counter(e["path"] for e in BASELINE if e["method"] == "GET" and not NOT_COLLECTIONS.search(e["path"]))
NAMES = {path.rsplit("/", 1)[1]: path for path in COLLECTIONS}
COUNTED = ("subscriptions", "entitlements", "orders", "azureEntitlements", "customers", "auditrecords")
UNCOUNTED = ("transfers", "reservations", "savingsPlans", "delegatedAdminRelationships")
LIES: dict[str, dict[str, Any]] = {
    "empty": {"type": "empty"},
    "shorter": {"type": "truncate", "keep": 1, "totalCount": "follows"},
    "shorter than it says": {"type": "truncate", "keep": 0, "totalCount": "stays"},
}
LYING = [
    *((name, "empty") for name in (*COUNTED, *UNCOUNTED)),
    *((name, "shorter") for name in ("subscriptions", "entitlements", "orders", "azureEntitlements")),
    *((name, "shorter than it says") for name in COUNTED),
]


def test_every_collection_that_is_read_is_among_those_that_lie() -> None:
    assert NAMES.keys() == {*COUNTED, *UNCOUNTED}


@pytest.mark.parametrize(("name", "lie"), LYING)
def test_one_lying_read_never_removes_too_early(name: str, lie: str) -> None:
    """Every occurrence of every collection in turn: no removal is asked for while something is active."""
    path = NAMES[name]
    for nth in some_of(range(1, COLLECTIONS[path] + 1), LYING.index((name, lie))):
        match = {"method": "GET", "pathRegex": f"^{re.escape(path)}$", "nth": nth}
        world, offboarding = offboarded(EVERYTHING, {"match": match, "action": LIES[lie]})

        assert offboarding.status is Status.REMOVED, f"{name} {nth}: {offboarding.reason}"
        check_invariants(world)


@pytest.mark.parametrize("lie", ["shorter than it says"])
def test_stop_and_report_touches_nothing_on_an_incomplete_read(lie: str) -> None:
    customer = CustomerSpec(name="Stop", subscriptions=(legacy(), late()))
    match = {"method": "GET", "pathRegex": "/subscriptions$", "nth": 1}
    world, offboarding = offboarded(customer, {"match": match, "action": LIES[lie]}, commitments="stop_and_report")

    assert offboarding.status is Status.STOPPED
    assert {entry["method"] for entry in world.journal()} == {"GET", "POST"}
    assert not any(entry["effects"] for entry in world.journal())


def test_a_dry_run_does_not_report_an_incomplete_read() -> None:
    match = {"method": "GET", "pathRegex": "/subscriptions$", "times": 2}
    rule = {"match": match, "action": LIES["shorter than it says"]}
    _, offboarding = offboarded(EVERYTHING, rule, dryRun=True)

    assert offboarding.status is Status.PLANNED
    assert offboarding.plan is not None
    assert dict(offboarding.plan.actions)["suspend"] == 1


def test_a_domain_is_not_looked_up_in_an_incomplete_customer_list() -> None:
    rule = {"match": {"pathRegex": "/customers$", "nth": 1}, "action": LIES["shorter than it says"]}
    _, offboarding = offboarded(EVERYTHING, rule, customerTenantId=None)

    assert offboarding.status is Status.REMOVED


# --- another administrator ---

REMOVAL = next(number for number, entry in enumerate(BASELINE, 1) if entry["effect"] == "relationship.removed")
LAST_READS = [n for n, e in enumerate(BASELINE, 1) if e["path"].endswith("/subscriptions") and n < REMOVAL][-2:]
FIRST = LAST_READS[0] + 1
"""Right after the last verify has read the subscriptions and so has seen that everything took effect."""


def switch(holding: str, **fields: Any) -> dict[str, Any]:
    return {"holding": holding, "set": fields}


def ids(kind: str) -> str:
    world, _ = offboarded(EVERYTHING)
    tenant = world.tenant()[0]
    if kind == "azure subscription":
        return str(tenant["azureEntitlements"][0]["id"])
    return str(next(item["id"] for item in tenant["subscriptions"] if item["kind"] == kind))


IDENTIFIED = next(n for n, entry in enumerate(BASELINE, 1) if entry["path"].startswith("/v1/customers/"))
CUSTOMER = str(BASELINE[REMOVAL - 1]["customer"])
CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "a legacy licence is switched on": (switch(ids("legacyLicence"), status="active"), "subscriptions"),
    "the Azure plan is switched on": (switch(ids("azurePlan"), status="active"), "subscriptions"),
    "an Azure subscription is switched on": (switch(ids("azure subscription"), status="active"), "azureEntitlements"),
    "a licence is bought": ({"add": {"subscriptions": [{"kind": "nceLicence", "name": "New"}]}}, "subscriptions"),
    "a reservation is bought": ({"add": {"reservations": [{"name": "New"}]}}, "reservations"),
    "software is bought": ({"add": {"perpetualSoftware": [{"name": "New"}]}}, "entitlements"),
    "an order is placed": ({"add": {"orders": [{"settles": "+PT3H"}]}}, "orders"),
}
"""What somebody changes, and the collection that shows it."""
AT_EVERY_CALL = ("a legacy licence is switched on", "an Azure subscription is switched on")


@pytest.mark.long
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_between_verify_and_remove_is_seen_or_refused_by_the_tenant(change: str) -> None:
    """Right before every call from the last verify to the removal. Only what changes after the last inventory read its
    collection may lead to a removal call, which the tenant refuses; then it is ended and removed properly (I1)."""
    what, collection = CHANGES[change]
    last_read = max(n for n, e in enumerate(BASELINE[: REMOVAL - 1], 1) if e["path"].endswith(f"/{collection}"))
    boundary = (FIRST, last_read, last_read + 1, REMOVAL)
    between = some_of(range(FIRST, REMOVAL + 1)) if change in AT_EVERY_CALL else []
    for nth in sorted({*boundary, *between}):
        action = {"type": "mutate", "when": "before", "change": {"customer": CUSTOMER, **what}}
        world, offboarding = offboarded(EVERYTHING, {"match": {"nth": nth}, "action": action})

        assert offboarding.status is Status.REMOVED, f"{nth}: {offboarding.reason}"
        unseen = nth > last_read
        assert refused_removals(world, CUSTOMER) == int(unseen), f"changed before call {nth}, last read {last_read}"
        assert world.tenant()[0]["blockers"] == []


@pytest.mark.long
@pytest.mark.parametrize("when", ["early", "right before the removal"])
def test_a_customer_that_somebody_else_removes_is_already_removed(when: str) -> None:
    for nth in [REMOVAL] if when != "early" else range(IDENTIFIED + 1, REMOVAL, 5):
        action = {
            "type": "mutate",
            "when": "before",
            "change": {"customer": CUSTOMER, "set": {"relationship": "none"}},
        }
        world, offboarding = offboarded(EVERYTHING, {"match": {"nth": nth}, "action": action})

        assert offboarding.status is Status.ALREADY_REMOVED, f"{nth}: {offboarding.reason}"
        assert not any(entry["effect"] == "relationship.removed" for entry in world.journal())
