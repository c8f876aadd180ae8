"""Reads that lie and administrators who change things while commitments are waited for: every kind that waits (I1, I8).

A commitment that one answer leaves out is the most tempting mistake of all: nothing else is in the way any more.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_effects, check_outcomes, effects
from tests.functional.sampling import some_of
from tests.functional.trouble import arm
from tests.functional.truth_table.judge import Oracle

WAITING = b.customer(
    "Waiting",
    b.nce_past_window("+P3D", name="Licence"),
    b.nce_suspended_past_window("+P3D"),
    b.software_past_window(started="-P1Y", term_ends="+P3D"),
    b.software(name="Software in its window"),
    b.marketplace_past_window(started="-P1M", term_ends="+P3D"),
    b.marketplace(name="Marketplace in its window"),
    b.trial(),
    b.savings_plan(started="-P362D"),
    b.azure_plan(1),
    b.reservation_not_refundable(purchased="-P362D"),
    b.perpetual(),
    b.transfer_settled(),
)
MOVING = b.customer("Moving out", b.nce(name="Moving"), b.legacy(name="Staying"), b.transfer("Moving"))
NOT_COLLECTIONS = re.compile(r"/(customers/[^/]+|relationshiprequests|supportcontact|openid-configuration)$")
WITHIN, A_WHILE = timedelta(days=6), timedelta(hours=3)
LIES: dict[str, dict[str, Any]] = {
    "empty": {"type": "empty"},
    "shorter": {"type": "truncate", "keep": 1, "totalCount": "follows"},
    "half": {"type": "truncate", "keep": 3, "totalCount": "follows"},
}


def offboarded(
    customer: CustomerSpec, *rules: dict[str, Any], within: timedelta = WITHIN
) -> tuple[World, Offboarding, Oracle]:
    world = World(customer)
    arm(world, *rules)
    oracle = Oracle(world)
    request = world.ask(customer)
    world.run(for_at_most=within)
    return world, world.offboarding(request), oracle


BASELINE = offboarded(WAITING)[0].journal()
READS = Counter(e["path"] for e in BASELINE if e["method"] == "GET" and not NOT_COLLECTIONS.search(e["path"]))
NAMES = {path.rsplit("/", 1)[1]: path for path in READS}


@pytest.mark.parametrize("lie", ["empty", *(pytest.param(lie, marks=pytest.mark.slow) for lie in ("shorter", "half"))])
@pytest.mark.parametrize("name", sorted(NAMES))
def test_one_lying_read_never_removes_what_is_waited_for(name: str, lie: str) -> None:
    """Every occurrence of every collection in turn."""
    path = NAMES[name]
    for nth in some_of(range(1, READS[path] + 1), sorted(NAMES).index(name)):
        match = {"method": "GET", "pathRegex": f"^{re.escape(path)}$", "nth": nth}
        world, found, oracle = offboarded(WAITING, {"match": match, "action": LIES[lie]})

        assert not oracle.wrong, f"{name} {nth}: a removal was asked for while {oracle.wrong} blocks"
        assert found.status is Status.REMOVED, f"{name} {nth}: {found.reason}"
        check_effects(world)
        check_outcomes(world)


def test_one_lying_read_never_touches_what_is_in_an_open_transfer() -> None:
    reads = sum(entry["path"].endswith("/transfers") for entry in offboarded(MOVING, within=A_WHILE)[0].journal())
    for nth in range(1, reads + 1):
        match = {"method": "GET", "pathRegex": "/transfers$", "nth": nth}
        world, found, oracle = offboarded(MOVING, {"match": match, "action": LIES["empty"]}, within=A_WHILE)

        done = {name for name, _, _ in effects(world)}
        # What a first read does not show, nobody can know of.
        assert done <= {"subscription.suspended"} or nth == 1, f"{nth}: {done}"
        assert not oracle.asked
        assert found.status is Status.WAITING


REMOVAL = next(number for number, entry in enumerate(BASELINE, 1) if entry["effect"] == "relationship.removed")
CUSTOMER = str(BASELINE[REMOVAL - 1]["customer"])
BOUGHT: dict[str, tuple[dict[str, Any], str]] = {
    "a software subscription": ({"subscriptions": [{"kind": "softwareSubscription"}]}, "subscriptions"),
    "a marketplace subscription": ({"subscriptions": [{"kind": "marketplace"}]}, "subscriptions"),
    "a trial": ({"subscriptions": [{"kind": "nceTrial"}]}, "subscriptions"),
    "a savings plan": ({"subscriptions": [{"kind": "savingsPlan", "started": "-P364D"}]}, "savingsPlans"),
    "an Azure plan": (
        {"subscriptions": [{"kind": "azurePlan", "azureSubscriptions": [{"name": "New"}]}]},
        "subscriptions",
    ),
    "a reservation in Azure": ({"reservations": [{"name": "New", "viaPartnerCenter": False}]}, "reservations"),
    "a transfer": ({"transfers": [{}]}, "transfers"),
}


@pytest.mark.long
@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["limits", "every call"])
@pytest.mark.parametrize("what", BOUGHT)
def test_what_is_bought_between_verify_and_remove_is_seen_or_refused_by_the_tenant(what: str, thorough: bool) -> None:
    """Right before the calls from the last look to the removal: only what is bought after the last inventory read its
    collection may lead to a removal call, which the tenant refuses (I1)."""
    add, collection = BOUGHT[what]
    last_read = max(n for n, e in enumerate(BASELINE[: REMOVAL - 1], 1) if e["path"].endswith(f"/{collection}"))
    first = max(n for n in range(1, last_read) if BASELINE[n - 1]["path"].endswith(f"/{collection}")) + 1
    limits = (first, last_read, last_read + 1, REMOVAL)
    for nth in range(first, REMOVAL + 1) if thorough else limits:
        action = {"type": "mutate", "when": "before", "change": {"customer": CUSTOMER, "add": add}}
        world, found, oracle = offboarded(WAITING, {"match": {"nth": nth}, "action": action})

        refused = [e for e in world.journal() if e["method"] == "PATCH" and e["path"].count("/") == 3 and e["code"]]
        unseen = nth > last_read
        assert len(refused) == int(unseen), f"bought before call {nth}, last read {last_read}: {refused}"
        assert unseen or not oracle.wrong
        assert found.status in (Status.REMOVED, Status.WAITING), f"{nth}: {found.reason}"
        assert (found.status is Status.WAITING) == bool(world.tenant()[0]["blockers"])


def test_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    lies = sum(READS.values()) * len(LIES)
    with capsys.disabled():
        print(f"\nraces of waiting: {len(READS)} collections, {lies} lying reads, {len(BOUGHT)} purchases")  # noqa: T201
