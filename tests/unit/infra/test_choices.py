"""What can be chosen: what does not go together is refused in a sentence, and what does makes what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from local.simulator.certificates import Certificate
from shared.composition.settings import read_settings
from shared.composition.settings.table import SETTINGS
from tests.unit.functions.support import TRIGGERS
from tests.unit.infra.policy import RULES, settings
from tests.unit.infra.templates import LEAST, PRODUCTION, as_it_stands, carried_out, only
from tools.bicep_check.deployed.values import Deployment, RefusedError

SUBNET = "/subscriptions/net/resourceGroups/rg-net/providers/Microsoft.Network/virtualNetworks/vnet-hub/subnets"
OWN = {"appSubnetId": f"{SUBNET}/flex", "endpointSubnetId": f"{SUBNET}/endpoints"}
ZONES = "/subscriptions/net/resourceGroups/rg-dns"
PRIVATE = {"network": "private", "serviceBusSku": "Premium"}
REFUSED = [
    ({"network": "private"}, "network private needs serviceBusSku Premium"),
    ({**PRIVATE, "appSubnetId": OWN["appSubnetId"]}, "appSubnetId and endpointSubnetId are given together"),
    (OWN, "need network integrated or private"),
    ({**PRIVATE, "privateDns": "existing"}, "privateDns existing and privateDnsGroupId are given together"),
    ({**PRIVATE, "privateDnsGroupId": ZONES}, "privateDns existing and privateDnsGroupId are given together"),
    ({"privateDns": "policy"}, "privateDns needs network private"),
    ({"zoneRedundant": "on", "storageSku": "Standard_GRS"}, "zoneRedundant needs storageSku Standard_ZRS"),
    ({"zoneRedundant": "on", "alwaysReadyStages": 1}, "needs two always-ready instances or none"),
    ({"alwaysReadyTimers": 41}, "More always-ready instances than maximumInstanceCount allows"),
    ({"keyVaultId": "/a/b/c/d/e", "vaultCreateMode": "recover"}, "keyVaultId names another one"),
    ({"logAnalyticsWorkspaceId": "/w", "logDailyCapGb": 5}, "logDailyCapGb is for a workspace of this deployment"),
    ({"budgetAmount": 5, "budgetStart": "2026-12-01"}, "a budget that tells nobody does nothing"),
    ({"budgetAmount": 5, "alertEmail": "a@b.example"}, "budgetAmount needs budgetStart"),
    ({"names": {"keyVolt": "kv-contoso"}}, "names has a name that nothing here is called by"),
]


@pytest.mark.parametrize(("chosen", "sentence"), REFUSED, ids=[sentence for _, sentence in REFUSED])
def test_what_does_not_go_together_is_refused_before_anything_is_made(chosen: Mapping[str, Any], sentence: str) -> None:
    with pytest.raises(RefusedError) as refused:
        carried_out({**LEAST, **chosen})
    assert sentence in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(RefusedError) as refused:
        carried_out({**LEAST, "network": "private", "alwaysReadyHttp": 41})
    assert "Premium" in str(refused.value)
    assert "maximumInstanceCount" in str(refused.value)


def test_the_least_makes_nothing_that_has_to_be_asked_for() -> None:
    made = as_it_stands("least")
    kinds = {one.type.partition("/")[0] for one in made.resources}
    assert not kinds & {"Microsoft.Network", "Microsoft.Consumption"}
    assert _ready(made) == {}
    assert made.of_type("Microsoft.Web/serverfarms")[0].properties["zoneRedundant"] is False
    assert only(made.of_type("Microsoft.ServiceBus/namespaces"), "servicebus").body["sku"]["name"] == "Standard"


def _ready(made: Deployment) -> dict[str, int]:
    [site] = made.of_type("Microsoft.Web/sites")
    scale = site.properties["functionAppConfig"]["scaleAndConcurrency"]
    return {one["name"]: one["instanceCount"] for one in scale["alwaysReady"]}


def test_every_function_group_can_be_kept_ready_by_its_own_name() -> None:
    every = ("Http", "Intake", "Stages", "Notifications", "Timers")
    found = _ready(carried_out({**LEAST, **{f"alwaysReady{group}": n for n, group in enumerate(every, 1)}}))
    alone = {name for name, trigger in TRIGGERS.items() if trigger.type != "httpTrigger"}
    assert set(found) == {"http", *(f"function:{name}" for name in alone)}
    assert (found["http"], found["function:accept"], found["function:remove"]) == (1, 2, 3)
    assert (found["function:notify"], found["function:sweep"]) == (4, 5)


def test_an_own_network_and_zones_that_are_there_are_used() -> None:
    made = carried_out({**LEAST, **PRIVATE, **OWN, "privateDns": "existing", "privateDnsGroupId": ZONES})
    assert made.of_type("Microsoft.Network/virtualNetworks") == []
    assert made.of_type("Microsoft.Network/privateDnsZones") == []
    [site] = made.of_type("Microsoft.Web/sites")
    assert site.properties["virtualNetworkSubnetId"] == OWN["appSubnetId"]
    endpoints = made.of_type("Microsoft.Network/privateEndpoints")
    assert {one.properties["subnet"]["id"] for one in endpoints} == {OWN["endpointSubnetId"]}
    groups = made.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups")
    assert len(groups) == len(endpoints) == 8
    assert all(ZONES in str(one.properties) for one in groups)


def test_somebody_else_may_register_the_addresses() -> None:
    made = carried_out({**LEAST, **PRIVATE, "privateDns": "policy"})
    assert made.of_type("Microsoft.Network/privateEndpoints/privateDnsZoneGroups") == []
    assert list(RULES["private"](made, {**PRIVATE, "privateDns": "policy"})) == []


def test_integrated_goes_out_through_the_network_and_closes_nothing() -> None:
    made = carried_out({**LEAST, "network": "integrated"})
    [site] = made.of_type("Microsoft.Web/sites")
    [network] = made.of_type("Microsoft.Network/virtualNetworks")
    assert site.properties["virtualNetworkSubnetId"] == f"{network.id}/subnets/app"
    first, second = network.properties["subnets"]
    assert (first["name"], first["properties"]["addressPrefix"]) == ("app", "10.90.0.0/26")
    assert first["properties"]["delegations"][0]["properties"]["serviceName"] == "Microsoft.App/environments"
    assert (second["name"], second["properties"]["addressPrefix"]) == ("endpoints", "10.90.0.64/26")
    assert list(RULES["private"](made, {"network": "integrated"})) == []


def test_a_vault_that_was_there_keeps_its_own_way_in() -> None:
    there = "/subscriptions/other/resourceGroups/rg-shared/providers/Microsoft.KeyVault/vaults/kv-shared"
    made = carried_out({**LEAST, **PRIVATE, "keyVaultId": there})
    assert "vault" not in str([one.properties for one in made.of_type("Microsoft.Network/privateEndpoints")])


def test_a_workspace_that_is_there_is_used() -> None:
    made = carried_out({**LEAST, "logAnalyticsWorkspaceId": "/the/workspace"})
    assert made.of_type("Microsoft.OperationalInsights/workspaces") == []
    watching = made.of_type("Microsoft.Insights/diagnosticSettings")
    assert {one.properties["workspaceId"] for one in watching} == {"/the/workspace"}
    assert made.of_type("Microsoft.Insights/components")[0].properties["WorkspaceResourceId"] == "/the/workspace"


def test_the_cap_and_the_budget_are_what_was_given() -> None:
    made = carried_out({**PRODUCTION, "logDailyCapGb": 3, "budgetContacts": "a@b.example,c@d.example"})
    [workspace] = made.of_type("Microsoft.OperationalInsights/workspaces")
    assert workspace.properties["workspaceCapping"] == {"dailyQuotaGb": 3}
    [budget] = made.of_type("Microsoft.Consumption/budgets")
    assert (budget.properties["amount"], budget.properties["timePeriod"]) == (500, {"startDate": "2026-12-01"})
    told = [one["contactEmails"] for one in budget.properties["notifications"].values()]
    assert told == [["a@b.example", "c@d.example"]] * 2


def test_who_deploys_from_github_is_told_where_one_was_asked_for() -> None:
    """docs/deploy.md takes it from the outputs; reading a module that is not there would make the deployment fail."""
    assert as_it_stands("least").outputs["AZURE_DEPLOYER_CLIENT_ID"] == ""
    made = as_it_stands("production")
    identity = only(made.of_type("Microsoft.ManagedIdentity/userAssignedIdentities"), "deployer")
    told = made.outputs["AZURE_DEPLOYER_CLIENT_ID"]
    assert told == f"⟦identity {identity.name}.properties.clientId⟧"
    assert made.outputs["AZURE_IDENTITY_CLIENT_ID"] != told


def test_names_are_given_or_follow_the_convention() -> None:
    made = carried_out({**LEAST, "names": {"keyVault": "kv-contoso", "resourceGroup": "rg-contoso"}})
    assert made.outputs["AZURE_KEY_VAULT_NAME"] == "kv-contoso"
    assert made.outputs["AZURE_RESOURCE_GROUP"] == "rg-contoso"
    assert made.outputs["AZURE_FUNCTION_NAME"].startswith("func-")
    accounts = {one.name for one in made.of_type("Microsoft.Storage/storageAccounts")}
    assert len(accounts) == 4
    assert all(3 <= len(name) <= 24 for name in accounts)


def test_further_settings_are_set_and_take_nothing_from_the_templates_own() -> None:
    """A mode among them would be live without what `mode` asks for, and nobody would look for it there."""
    more = {"OFFBOARDING_REMOVALS_PER_HOUR": "1", "OFFBOARDING_MODE": "live", "AZURE_CLIENT_ID": "another"}
    found = settings(carried_out({**LEAST, "moreSettings": more}))
    assert found["OFFBOARDING_REMOVALS_PER_HOUR"] == "1"
    assert found["OFFBOARDING_MODE"] == "plan"
    assert found["AZURE_CLIENT_ID"] != "another"


@pytest.mark.long
@pytest.mark.parametrize("auth", ["secret", "certificate", "federated"])
def test_the_application_takes_the_settings_that_the_template_sets(auth: str) -> None:
    """Both ways: nothing that it needs is absent, and it knows every name of its own."""
    found = settings(carried_out({**PRODUCTION, "clientAuth": auth}))
    own = {name for name in found if name.startswith(("OFFBOARDING_", "ServiceBus__"))}
    assert own - {"ServiceBus__credential"} <= set(SETTINGS)
    values = {name: str(value).replace("⟦", "").replace("⟧", "") for name, value in found.items()}
    values |= {name: f"https://{name.lower().replace('_', '-')}.example/x" for name in values if "ENDPOINT" in name}
    values |= {
        "OFFBOARDING_KEY_VAULT_URL": "https://kv.example/",
        "OFFBOARDING_EVIDENCE_CONTAINER": "https://e.example/evidence",
        "OFFBOARDING_SNAPSHOT_CONTAINER": "https://s.example/snapshots",
    }
    values |= {"ServiceBus__fullyQualifiedNamespace": "bus.example"}
    # The platform looks the references up before the app reads them.
    values |= {name: "looked up" for name, value in values.items() if value.startswith("@Microsoft.KeyVault(")}
    if auth == "certificate":
        values["OFFBOARDING_CLIENT_CERTIFICATE"] = Certificate.make("app").pem
    read = read_settings({**values, "WEBSITE_AUTH_ENABLED": "True", "WEBSITE_HOSTNAME": "app.example"})
    assert read is not None
