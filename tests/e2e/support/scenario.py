"""The scenario of these tests: for each test customers of its own, and lags of a second at most."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from local.simulator.scenario.builder import (
    azure_plan,
    customer,
    gdap,
    legacy,
    nce,
    perpetual,
    reservation,
    scenario,
    trial,
)
from local.simulator.scenario.models import CustomerSpec

LAG = timedelta(seconds=1)
NO_LAG = timedelta(0)


def everything(name: str) -> CustomerSpec:
    """One of everything that can be ended today."""
    return customer(
        name,
        legacy(name="Legacy"),
        nce(name="Base", started="-P1D"),
        nce(name="Add-on", started="-P1D", parent="Base"),
        trial(name="Trial", started="-P10D"),
        azure_plan(2, name="Azure plan"),
        reservation(),
        perpetual(bought="-P1D"),
        gdap(),
    )


def small(name: str) -> CustomerSpec:
    """Three licences that can be ended today."""
    return customer(name, legacy(name="Legacy"), nce(name="First", started="-P1D"), nce(name="Second", started="-P1D"))


def late(name: str, ends: str) -> CustomerSpec:
    """One licence outside its cancellation window."""
    return customer(name, legacy(name="Legacy"), nce(name="Late", started="-P330D", term_ends=ends, auto_renew=True))


def closed(name: str) -> CustomerSpec:
    """Its Azure plan cannot be read for want of a role, so a person has to act."""
    return customer(name, azure_plan(1, name="Azure plan"), arm_role=False)


CUSTOMERS = (
    everything("Contoso Bakery"),
    *map(small, ("Fabrikam Queue", "Fabrikam Http", "Early Ltd", "Planless Ltd", "Postponed Ltd", "Untouched Ltd")),
    *map(small, ("Right Ltd", "Wrong Ltd", "Conflict Ltd")),
    late("Waiting Ltd", "+P30D"),
    late("Patient Ltd", "+PT12H"),
    late("Mistaken Ltd", "+P30D"),
    *map(closed, ("Closed Ltd", "Resumed Ltd")),
    customer("Empty Ltd"),
)


def write_scenario(path: Path, *customers: CustomerSpec, **knobs: Any) -> Path:
    """A scenario file with small lags; without customers, the ones of these tests."""
    lags = {"entitlement_lag": LAG, "removal_lag": LAG, "return_lag": LAG, "gdap_lag": LAG, "renewal_job": NO_LAG}
    made = scenario(*(customers or CUSTOMERS), **(lags | {"page_size": 3} | knobs))
    path.write_text(made.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    return path


def request_for(name: str, request_id: str, tenant: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A request as a CRM writes it; a field that is None is left out."""
    full = {
        "version": "1",
        "requestId": request_id,
        "customerTenantId": tenant["id"],
        "customerCompanyName": name,
        "requestedBy": "crm@partner.example",
        "reason": "contract ended",
    }
    return {key: value for key, value in (full | fields).items() if value is not None}
