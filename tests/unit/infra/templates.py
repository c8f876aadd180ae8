"""The template carried out with parameters that somebody might choose, as it stands and with a fault planted in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.infra.support import INFRA
from tools.bicep_check.deployed.template import deploy
from tools.bicep_check.deployed.values import Deployment, Made

TENANT = "aaaaaaaa-0000-4000-8000-000000000001"
LEAST: Mapping[str, Any] = {
    "environmentName": "prod",
    "location": "westeurope",
    "partnerTenantId": TENANT,
    "partnerClientId": "aaaaaaaa-0000-4000-8000-000000000002",
}
"""What has to be given; everything else has its default."""
PRODUCTION: Mapping[str, Any] = {
    **LEAST,
    "serviceBusSku": "Premium",
    "network": "private",
    "zoneRedundant": "on",
    "alwaysReadyHttp": 2,
    "alwaysReadyStages": 2,
    "deleteLocks": "on",
    "crmPrincipalId": "the-crm",
    "crmEventsPrincipalId": "the-crms-reader",
    "evidenceReaderPrincipalId": "the-auditors",
    "deployRepository": "contoso/offboarding",
    "peopleClientId": "aaaaaaaa-0000-4000-8000-000000000003",
    "alertEmail": "operations@contoso.example",
    "budgetAmount": 500,
    "budgetStart": "2026-12-01",
}
CHOICES: Mapping[str, Mapping[str, Any]] = {"least": LEAST, "production": PRODUCTION}


@dataclass(frozen=True, slots=True)
class Fault:
    """A change of one file of a copy of infra/ that a rule has to find."""

    rule: str
    file: str
    was: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.becomes.strip() or 'without ' + self.was.strip()}"


def carried_out(parameters: Mapping[str, Any], folder: Path = INFRA) -> Deployment:
    """What the template makes of the parameters."""
    return deploy(folder / "main.bicep", parameters)


@cache
def as_it_stands(choice: str) -> Deployment:
    """What the template makes of one of CHOICES."""
    return carried_out(CHOICES[choice])


def with_fault(fault: Fault, folder: Path) -> Path:
    """A copy of infra/ with the fault in it."""
    copy = Path(shutil.copytree(INFRA, folder / "infra"))
    path = copy / fault.file
    text = path.read_text(encoding="utf-8")
    assert fault.was in text, f"{fault.file} has changed: plant this fault elsewhere"
    path.write_text(text.replace(fault.was, fault.becomes, 1), encoding="utf-8")
    return copy


def only(found: list[Made], source: str) -> Made:
    """The one of a list that stands in this module."""
    [one] = [each for each in found if each.source == source]
    return one
