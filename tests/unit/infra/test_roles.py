"""Who may do what: the roles that the template gives are those of the table in infra/README.md, and no others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.infra.support import INFRA, load
from tests.unit.infra.templates import LEAST, PRODUCTION, Fault, carried_out, with_fault
from tools.bicep_check.deployed.values import Deployment, Made

ROLES = {
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": "Azure Service Bus Data Receiver",
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": "Azure Service Bus Data Sender",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
    "de139f84-1756-47ae-9be6-808fbbe84772": "Website Contributor",
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "Reader",
}
"""learn.microsoft.com/azure/role-based-access-control/built-in-roles"""
PEOPLE = {
    "the-crm": "the CRM (`crmPrincipalId`)",
    "the-crms-reader": "the CRM's reader (`crmEventsPrincipalId`)",
    "the-auditors": "readers of evidence (`evidenceReaderPrincipalId`)",
}
PLACES = {
    "storage": "account of the record",
    "host-storage": "account of the host",
    "vaults": "vault",
    "components": "Application Insights",
    "sites": "the Function App",
    "resourceGroups": "the resource group",
}
QUEUES = [queue["name"] for queue in load(INFRA / "servicebus.json")["queues"]]
Given = tuple[str, str, str]


def table() -> set[Given]:
    """The rows of the page."""
    page = (INFRA / "README.md").read_text(encoding="utf-8")
    part = page[page.index("## Who may do what") :].partition("\n| who | where | role |\n")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", part, re.MULTILINE)
    assert len(rows) == len(set(rows)) > 10
    return set(rows)


def given(made: Deployment) -> set[Given]:
    """The same of the template; what the app may do with each queue is one row, once it is every queue."""
    own = {
        one.id: str(one.properties["roleName"]).partition(" (")[0]
        for one in made.resources
        if "roleName" in one.properties
    }
    by_id = {one.id: one for one in made.resources}
    found: set[Given] = set()
    each: dict[str, set[str]] = defaultdict(set)
    for one in made.of_type("Microsoft.Authorization/roleAssignments"):
        definition = str(one.properties["roleDefinitionId"])
        role = own.get(definition) or ROLES.get(definition.rpartition("/")[2], definition)
        who, target = _who(one), by_id.get(one.target)
        if who == "the app" and target and target.type.endswith("/queues"):
            each[role].add(target.name)
        else:
            found.add((who, _where(one, target), role))
    return found | {
        ("the app", "each queue" if names == set(QUEUES) else f"queues {sorted(names)}", role)
        for role, names in each.items()
    }


def _who(assignment: Made) -> str:
    principal = str(assignment.properties["principalId"])
    if assignment.source == "deployer":
        return "deployment (`deployRepository`)"
    return "the app" if "⟦identity id-" in principal else PEOPLE.get(principal, principal)


def _where(assignment: Made, target: Made | None) -> str:
    if target is None:  # An existing resource, such as the vault and what crm-access looks up.
        *_, kind, name = assignment.target.split("/")
        return PLACES.get(kind) or f"{kind.removesuffix('s')} `{name}`"
    kind = target.type.rpartition("/")[2]
    if kind == "topics":
        return "each topic"
    if kind == "storageAccounts":
        return PLACES.get(target.source, f"account of {target.source}")
    return PLACES.get(kind) or f"{kind.removesuffix('s')} `{target.name}`"


@pytest.mark.long
def test_the_table_says_what_the_template_gives() -> None:
    assert given(carried_out(PRODUCTION)) == table()


def test_without_anybody_named_only_the_app_may_do_anything() -> None:
    assert given(carried_out(LEAST)) == {row for row in table() if row[0] == "the app"}


def test_a_vault_that_was_there_gets_the_same_roles_in_its_own_group() -> None:
    there = "/subscriptions/other/resourceGroups/rg-shared/providers/Microsoft.KeyVault/vaults/kv-shared"
    made = carried_out({**LEAST, "keyVaultId": there})
    assert given(made) == given(carried_out(LEAST))
    assert made.of_type("Microsoft.KeyVault/vaults") == []
    assert made.outputs["AZURE_KEY_VAULT_NAME"] == "kv-shared"
    targets = {one.target for one in made.resources if one.source == "vault-access" and one.target}
    assert all(place.startswith("/subscriptions/other/resourceGroups/rg-shared") for place in targets)


def test_every_assignment_says_what_kind_of_principal() -> None:
    """Without principalType Azure looks the principal up in the directory, and fails while it is minutes old."""
    kinds: Mapping[str, Any] = {
        one.id: (one.properties.get("principalType"), one.properties["principalId"])
        for one in carried_out(PRODUCTION).of_type("Microsoft.Authorization/roleAssignments")
    }
    assert len(kinds) > 20
    assert all(kind == ("Group" if who == "the-auditors" else "ServicePrincipal") for kind, who in kinds.values())


SNAPSHOTS = "modules/snapshots.bicep"
CRM, BUS, EVIDENCE = "modules/crm-access.bicep", "modules/servicebus.bicep", "modules/evidence.bicep"
SEND = "{\n  name: guid(queue[i].id, appPrincipalId, sender)"
FAULTS = [
    Fault("one less", BUS, f"in queues: {SEND}", f"in skip(queues, 1): {SEND}"),
    Fault("wider", BUS, "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39", "090c5cfd-751d-490a-894a-3ce6f1109419"),
    Fault("another place", BUS, "  scope: queue[i]\n", "  scope: namespace\n"),
    Fault("another queue", CRM, "name: 'offboarding-requests'", "name: 'offboarding-remove'"),
    Fault("both rights", CRM, "principalId: senderPrincipalId", "principalId: readerPrincipalId"),
    Fault(
        "may delete",
        EVIDENCE,
        "roleDefinitionId: writer.id",
        "roleDefinitionId: '/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe'",
    ),
    Fault("may delete", SNAPSHOTS, "roleDefinitionId: writerRoleId", "roleDefinitionId: '/roleDefinitions/ba92f5b4'"),
    Fault("all of it", SNAPSHOTS, "scope: account::blobs::snapshots\n", "scope: account\n"),
    Fault("the whole account", EVIDENCE, "scope: account::blobs::evidence\n", "scope: account\n"),
    Fault("the whole group", "modules/deployer.bicep", "  scope: app\n", ""),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_another_role_or_place_is_found(fault: Fault, tmp_path: Path) -> None:
    assert given(carried_out(PRODUCTION, with_fault(fault, tmp_path))) != table()
