"""The rules of policy.py over what the template makes; and that each of them finds a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.infra.policy import RULES
from tests.unit.infra.templates import CHOICES, PRODUCTION, Fault, as_it_stands, carried_out, with_fault

BUS, STORAGE, HOST = "modules/servicebus.bicep", "modules/storage.bicep", "modules/host-storage.bicep"
EVIDENCE, VAULT, APP = "modules/evidence.bicep", "modules/keyvault.bicep", "modules/functionapp.bicep"
SNAPSHOTS = "modules/snapshots.bicep"
MAIN, ENDPOINTS, MONITORING = "main.bicep", "modules/private-endpoints.bicep", "modules/monitoring.bicep"
KEYED = "Microsoft.ServiceBus/namespaces/authorizationRules"
FAULTS = [
    Fault("no_keys", BUS, "disableLocalAuth: true", "disableLocalAuth: false"),
    Fault("no_keys", STORAGE, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    Fault("no_keys", HOST, "    allowSharedKeyAccess: false\n", ""),
    Fault("no_keys", EVIDENCE, "allowBlobPublicAccess: false", "allowBlobPublicAccess: true"),
    Fault("no_keys", MONITORING, "DisableLocalAuth: true", "DisableLocalAuth: false"),
    Fault("no_keys", VAULT, "enableRbacAuthorization: true", "enableRbacAuthorization: false"),
    Fault("no_keys", APP, "{ allow: false }", "{ allow: true }"),
    Fault("no_keys", APP, "name: 'ftp'", "name: 'scm'"),
    Fault("no_keys", APP, "ServiceBus__credential: 'managedidentity'", "ServiceBus: 'SharedAccess${'Key'}=x'"),
    Fault(
        "no_keys",
        BUS,
        "resource queue '",
        f"resource rule '{KEYED}@2024-01-01' = {{\n  parent: namespace\n  name: 'all'\n}}\n\nresource queue '",
    ),
    Fault(
        "no_secret_leaves",
        MAIN,
        "output AZURE_LOCATION string = location",
        "output AZURE_CLIENT_SECRET string = location",
    ),
    Fault(
        "no_secret_leaves",
        MAIN,
        "'@Microsoft.KeyVault(SecretUri=${vaultSecrets}${clientSecretName}/)'",
        "'${vaultSecrets}${clientSecretName}'",
    ),
    Fault("tls", BUS, "minimumTlsVersion: '1.2'", "minimumTlsVersion: '1.0'"),
    Fault("tls", HOST, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_0'"),
    Fault("tls", EVIDENCE, "supportsHttpsTrafficOnly: true", "supportsHttpsTrafficOnly: false"),
    Fault("tls", APP, "httpsOnly: true", "httpsOnly: false"),
    Fault("tls", APP, " scmMinTlsVersion: '1.2',", ""),
    Fault("tls", APP, "requireHttps: true", "requireHttps: false"),
    Fault("private", BUS, "publicNetworkAccess: publicNetworkAccess", "publicNetworkAccess: 'Enabled'"),
    Fault("private", MAIN, "var publicAccess = isPrivate ? 'Disabled' : 'Enabled'", "var publicAccess = 'Enabled'"),
    Fault(
        "private",
        EVIDENCE,
        "defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny'",
        "defaultAction: 'Allow'",
    ),
    Fault("private", MAIN, "concat(storageTargets, busTargets, vaultTargets)", "concat(storageTargets, busTargets)"),
    Fault("private", MAIN, "part: 'queue'", "part: 'blob'"),
    Fault("private", MAIN, "subnetId: joined ? appSubnet : ''", "subnetId: ''"),
    Fault("private", MAIN, "      vaultZone\n", ""),
    Fault("locks", EVIDENCE, "level: 'CanNotDelete'", "level: 'ReadOnly'"),
    Fault("locks", VAULT, "if (deleteLocks == 'on')", "if (deleteLocks == 'off')"),
    Fault("locks", STORAGE, "  name: 'keep'\n  scope: account\n", "  name: 'keep'\n"),
    Fault("evidence", EVIDENCE, "isVersioningEnabled: true", "isVersioningEnabled: false"),
    Fault(
        "evidence",
        EVIDENCE,
        "deleteRetentionPolicy: { enabled: true, days: 30 }",
        "deleteRetentionPolicy: { enabled: false }",
    ),
    Fault(
        "evidence",
        EVIDENCE,
        "immutableStorageWithVersioning: { enabled: true }",
        "immutableStorageWithVersioning: { enabled: false }",
    ),
    Fault("evidence", EVIDENCE, "containers/blobs/add/action'", "containers/blobs/delete'"),
    Fault("evidence", "modules/vault-access.bicep", "secrets/setSecret/action", "secrets/*"),
    Fault("evidence", MAIN, "storageName: hostStorage.outputs.name", "storageName: storage.outputs.name"),
    Fault("private", SNAPSHOTS, "publicNetworkAccess: publicNetworkAccess", "publicNetworkAccess: 'Enabled'"),
    Fault("private", MAIN, "resourceId: snapshots.outputs.id", "resourceId: evidence.outputs.id"),
    Fault("tls", SNAPSHOTS, "minimumTlsVersion: 'TLS1_2'", "minimumTlsVersion: 'TLS1_0'"),
    Fault("no_keys", SNAPSHOTS, "allowSharedKeyAccess: false", "allowSharedKeyAccess: true"),
    Fault("locks", SNAPSHOTS, "if (deleteLocks == 'on')", "if (deleteLocks == 'off')"),
    Fault("everything_is_watched", SNAPSHOTS, "scope: account::blobs\n", "scope: account\n"),
    Fault("snapshots", SNAPSHOTS, "isVersioningEnabled: true", "isVersioningEnabled: false"),
    Fault("snapshots", SNAPSHOTS, "            enabled: true\n", "            enabled: false\n"),
    Fault("snapshots", SNAPSHOTS, "version: { delete", "snapshot: { delete"),
    Fault(
        "snapshots",
        SNAPSHOTS,
        "roleDefinitionId: writerRoleId",
        "roleDefinitionId: '/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe'",
    ),
    Fault("snapshots", MAIN, "SNAPSHOT_CONTAINER: snapshots.outputs", "SNAPSHOT_CONTAINER: evidence.outputs"),
    Fault("vault", VAULT, "enablePurgeProtection: true", "enablePurgeProtection: false"),
    Fault("queues", BUS, "properties: item.properties", "properties: {}"),
    Fault("queues", "modules/servicebus-topic.bicep", "  name: item.name\n", "  name: 'x${item.name}'\n"),
    Fault("alerts", "modules/alerts.bicep", "listed.logs: {\n  name: '${", "listed.logs: {\n  name: 'x${"),
    Fault("alerts", "alerts.json", '"name": "dead-letters"', '"name": "dead-letter"'),
    Fault(
        "alerts", "modules/alerts.bicep", "    enabled: true\n    autoMitigate", "    enabled: false\n    autoMitigate"
    ),
    Fault("alerts", "modules/alerts.bicep", "actionGroups: empty(email) ? [] : [people.id]", "actionGroups: []"),
    Fault(
        "alerts",
        "modules/alerts.bicep",
        "actions: empty(email) ? [] : [{ actionGroupId",
        "actions: !empty(email) ? [] : [{ actionGroupId",
    ),
    Fault(
        "everything_is_watched",
        VAULT,
        "  scope: vault\n  properties: {\n    workspaceId",
        "  properties: {\n    workspaceId",
    ),
    Fault("everything_is_watched", EVIDENCE, "scope: account::blobs\n", "scope: account\n"),
]


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("rule", RULES)
def test_holds(rule: str, choice: str) -> None:
    assert list(RULES[rule](as_it_stands(choice), CHOICES[choice])) == []


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found(fault: Fault, tmp_path: Path) -> None:
    made = carried_out(PRODUCTION, with_fault(fault, tmp_path))
    assert list(RULES[fault.rule](made, PRODUCTION))


def test_each_rule_can_fail() -> None:
    assert {fault.rule for fault in FAULTS} == set(RULES)
