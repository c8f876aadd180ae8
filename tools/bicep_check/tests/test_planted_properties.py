"""Mistakes in resources, planted in copies of infra/: each is found with the descriptions of Azure's types."""

from pathlib import Path

import pytest

from tools.bicep_check.azure.azmcp import Azmcp
from tools.bicep_check.azure.resource_types import ResourceTypes
from tools.bicep_check.tests.support import Mistake, findings_with

MAIN, VAULT, APP = "main.bicep", "modules/keyvault.bicep", "modules/functionapp.bicep"
BUS, STORAGE, IDENTITY = "modules/servicebus.bicep", "modules/storage.bicep", "modules/identity.bicep"
MONITORING, ACCESS, HOST = "modules/monitoring.bicep", "modules/vault-access.bicep", "modules/host-storage.bicep"

WITH_ANY = [
    Mistake(VAULT, "vaults@2024-11-01", "vaults@2031-11-01", "has no API version 2031-11-01; the newest known is 2024"),
    Mistake(VAULT, "KeyVault/vaults@", "KeyVault/vaultz@", "Azure has no resource type Microsoft.KeyVault/vaultz"),
    Mistake(
        VAULT, "enableSoftDelete", "enableSoftDelet", "no property 'enableSoftDelet'; is 'enableSoftDelete' meant?"
    ),
    Mistake(VAULT, "  tags: tags\n", "  tag: tags\n", "has no property 'tag'; is 'tags' meant?"),
    Mistake(VAULT, "  location: location\n", "", "Microsoft.KeyVault/vaults lacks 'location'"),
    Mistake(VAULT, "    tenantId: tenant().tenantId\n", "", "Microsoft.KeyVault/vaults.properties lacks 'tenantId'"),
    Mistake(VAULT, "{ family: 'A', name: 'standard' }", "{ family: 'A' }", "properties.sku lacks 'name'"),
    Mistake(VAULT, "name: 'standard'", "name: 'Standard'", "'Standard' is not one of 'standard' | 'premium'"),
    Mistake(VAULT, "enableSoftDelete: true", "enableSoftDelete: 'true'", "'true' does not fit bool"),
    Mistake(VAULT, "softDeleteRetentionInDays: 90", "softDeleteRetentionInDays: name", "string does not fit int"),
    Mistake(VAULT, "'AzureServices' }", "'AzureServices', ipRules: [{ ip: '::1' }] }", "ipRules has no property 'ip'"),
    Mistake(VAULT, "enableSoftDelete: true", "hsmPoolResourceId: name", "hsmPoolResourceId is read-only"),
    Mistake(ACCESS, "properties.vaultUri", "properties.vaultUrl", "no property 'vaultUrl'; is 'vaultUri' meant?"),
    Mistake(ACCESS, "[resourceGroup().id]", "resourceGroup().id", "assignableScopes: string does not fit an array"),
    Mistake(ACCESS, "actions: []", "action: []", "permissions has no property 'action'; is 'actions' meant?"),
    Mistake(
        IDENTITY, "  tags: tags\n", "  tags: tags\n  properties: {}\n", "userAssignedIdentities.properties is read-only"
    ),
    Mistake(APP, "name: 'scm'", "name: 'scn'", "'scn' is none of ftp, scm"),
    Mistake(APP, "{ allow: false }", "{ allow: 'no' }", "'no' does not fit bool"),
    Mistake(
        APP, "ServiceBus__credential: 'managedidentity'", "ServiceBus__credential: true", "true does not fit string"
    ),
    Mistake(
        MAIN,
        "module identity ",
        "resource i 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {\n  name: 'i'\n"
        "  location: location\n}\n\nmodule identity ",
        "is deployed to a ResourceGroup, this file to a subscription",
    ),
]
WITH_AZMCP = [
    Mistake(BUS, "minimumTlsVersion: '1.2'", "minimumTlsVersion: '1.4'", "'1.4' is not one of '1.0' | '1.1' | '1.2'"),
    Mistake(BUS, "disableLocalAuth: true", "DisableLocalAuth: true", "is 'disableLocalAuth' meant?"),
    Mistake(BUS, "    tier: sku\n", "    tier: 'Premium2'\n", "'Premium2' is not one of"),
    Mistake(BUS, "? 1 : null", "? '1' : null", "sku.capacity: '1' does not fit int"),
    Mistake(BUS, "    principalType: 'ServicePrincipal'", "    principalType: 'Robot'", "'Robot' is not one of"),
    Mistake(BUS, "    principalId: appPrincipalId\n", "", "roleAssignments.properties lacks 'principalId'"),
    Mistake(BUS, "namespace.properties.serviceBusEndpoint", "namespace.properties.endpoint", "no property 'endpoint'"),
    Mistake(STORAGE, "  kind: 'StorageV2'\n", "", "Microsoft.Storage/storageAccounts lacks 'kind'"),
    Mistake(STORAGE, "kind: 'StorageV2'", "kind: 'StorageV3'", "'StorageV3' is not one of"),
    Mistake(STORAGE, "allowSharedKeyAccess", "allowSharedKeysAccess", "is 'allowSharedKeyAccess' meant?"),
    Mistake(HOST, "publicAccess: 'None'", "publicAccess: false", "does not fit"),
    Mistake(STORAGE, "primaryEndpoints.table\n", "primaryEndpoints.tables\n", "is 'table' meant?"),
    Mistake(
        STORAGE, "resource tables 'tableServices'", "resource tables 'tablesServices'", "Azure has no resource type"
    ),
    Mistake(APP, "version: '3.13'", "versions: '3.13'", "is 'version' meant?"),
    Mistake(APP, "type: 'UserAssignedIdentity'", "type: 'AssignedIdentity'", "'AssignedIdentity' is not one of"),
    Mistake(APP, "httpsOnly: true", "httpsOnly: 'yes'", "httpsOnly: 'yes' does not fit bool"),
    Mistake(APP, "reserved: true", "reserve: true", "is 'reserved' meant?"),
    Mistake(APP, "instanceMemoryMB: instanceMemoryMB\n", "instanceMemoryMB: name\n", "string does not fit int"),
    Mistake(MONITORING, "DisableLocalAuth", "disableLocalAuth", "is 'DisableLocalAuth' meant?"),
    Mistake(MONITORING, "retentionInDays: retentionDays", "retentionInDays: 'P90D'", "'P90D' does not fit int"),
]


@pytest.mark.parametrize("mistake", WITH_ANY, ids=str)
def test_found(mistake: Mistake, types: ResourceTypes, tmp_path: Path) -> None:
    found = findings_with(mistake, tmp_path, types)
    assert [finding for finding in found if mistake.sentence in finding.message], found


@pytest.mark.parametrize("mistake", WITH_AZMCP, ids=str)
def test_found_by_azmcp(mistake: Mistake, azmcp: Azmcp, tmp_path: Path) -> None:
    found = findings_with(mistake, tmp_path, azmcp)
    assert [finding for finding in found if mistake.sentence in finding.message], found
