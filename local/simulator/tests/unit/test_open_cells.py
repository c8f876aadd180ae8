"""Cells of the truth table that no page settles: each knob's outcomes."""

from typing import Any

import pytest

from local.simulator.knobs import Knobs
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.tests.unit.tenant import Tenant, code_of

OK = "200"


@pytest.mark.parametrize(
    ("variant", "term", "expected", "effect"),
    [
        ("A", "P1M", "900213", None),
        ("B", "P1M", OK, "subscription.cancel_scheduled"),
        ("C", "P1M", OK, "subscription.cancelled"),
        ("A", "P1Y", "900213", None),
        ("B", "P1Y", OK, "subscription.cancel_scheduled"),
        ("C", "P1Y", "900213", None),
    ],
)
def test_marketplace_variants(variant: str, term: str, expected: str, effect: str | None) -> None:
    spec = b.marketplace(started="-P5D", term=term)
    tenant = Tenant(b.scenario(b.customer("Contoso", spec), marketplace_variant=variant))
    answer = tenant.patch_subscription(0, status="deleted")
    assert (answer.status, code_of(answer)) == ((200, None) if expected == OK else (400, expected))
    assert tenant.effects() == ([effect] if effect else [])
    assert tenant.status() == ("deleted" if effect == "subscription.cancelled" else "active")


@pytest.mark.parametrize(
    ("knobs", "spec", "change", "expected"),
    [
        ({"window_code": "days"}, b.nce_past_window(), {"status": "deleted"}, (400, "900117")),
        ({"unchanged_status": "refuse"}, b.nce(status="suspended"), {"status": "suspended"}, (400, "800040")),
        ({"renewal_job_cancel": "allow"}, b.nce(term_ends="-P1D"), {"status": "deleted"}, (200, None)),
        ({}, b.nce(), {"status": "expired"}, (400, "800002")),
        ({}, b.nce(), {"status": "gone"}, (400, "800002")),
        ({}, b.software(), {"quantity": 99}, (400, "800095")),
        ({}, b.nce(updates=1200), {"status": "deleted"}, (400, "900311")),
        ({}, b.nce(), {"autoRenewEnabled": "no"}, (400, "800002")),
        ({}, b.nce(), {"scheduledActions": [{"scheduleType": "TermEnd"}]}, (400, "800002")),
        ({}, b.nce(), {"scheduledActions": "Cancel"}, (400, "800002")),
    ],
)
def test_other_cells(
    knobs: dict[str, Any], spec: SubscriptionSpec, change: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", spec), **({"renewal_job": "PT24H"} | knobs)))
    answer = tenant.patch_subscription(0, **change)
    assert (answer.status, code_of(answer)) == expected


def test_knob_defaults_are_the_strict_ones() -> None:
    knobs = Knobs()
    assert (knobs.strict_nce, knobs.marketplace_variant, knobs.base_with_addons) == (True, "A", "refuse")
