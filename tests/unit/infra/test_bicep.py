"""What must hold of the Bicep whatever else changes in it; the Bicep compiler checks the rest."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.composition.settings.table import SETTINGS
from tests.unit.infra.support import BICEP_FILES, INFRA, ROOT, bicep_code, load

MAIN = bicep_code(INFRA / "main.bicep")
FUNCTION_APP = bicep_code(INFRA / "modules" / "functionapp.bicep")
EVERYTHING = "\n".join(bicep_code(path) for path in BICEP_FILES)
ENTITIES = load(INFRA / "servicebus.json")
ENTITY_NAMES = {entity["name"] for entity in [*ENTITIES["queues"], *ENTITIES["topics"]]}
CRM_ACCESS = INFRA / "modules" / "crm-access.bicep"
ALERTS = INFRA / "modules" / "alerts.bicep"

# learn.microsoft.com/azure/azure-functions/functions-app-settings#flex-consumption-plan-deprecations
FORBIDDEN_ON_FLEX = [
    "FUNCTIONS_WORKER_RUNTIME",
    "FUNCTIONS_WORKER_RUNTIME_VERSION",
    "FUNCTIONS_EXTENSION_VERSION",
    "FUNCTIONS_MAX_HTTP_CONCURRENCY",
    "FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED",
    "SCM_DO_BUILD_DURING_DEPLOYMENT",
    "ENABLE_ORYX_BUILD",
    "WEBSITE_RUN_FROM_PACKAGE",
    "WEBSITE_CONTENT",
    "WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT",
    "WEBSITE_NODE_DEFAULT_VERSION",
    "WEBSITE_SKIP_CONTENTSHARE_VALIDATION",
    "WEBSITE_TIME_ZONE",
    "WEBSITE_USE_PLACEHOLDER",
    "WEBSITE_VNET_ROUTE_ALL",
    "TZ",
    "linuxFxVersion",
    "alwaysOn",
    "functionAppScaleLimit",
]

file_id = pytest.mark.parametrize("path", BICEP_FILES, ids=lambda path: str(path.relative_to(INFRA)))


def test_main_reads_the_one_list() -> None:
    assert MAIN.count("loadJsonContent('servicebus.json')") == 1
    read = re.findall(r"loadJsonContent\('([^']*)'\)", EVERYTHING)
    assert sorted(read) == ["../alerts.json", "../workbook.json", "servicebus.json"]
    assert "queues: entities.queues" in MAIN
    assert "topics: entities.topics" in MAIN


@file_id
def test_no_entity_is_named_outside_the_list(path: Path) -> None:
    """Two exceptions: the CRM's access must name what it opens, the alerts the queue that people read at their time."""
    named = {CRM_ACCESS: {"offboarding-requests", "offboarding-events"}, ALERTS: {"offboarding-rejected"}}
    literals = set(re.findall(r"'([^']*)'", bicep_code(path)))
    assert literals & ENTITY_NAMES == named.get(path, set())


def test_the_crm_opens_existing_entities() -> None:
    topic = next(topic for topic in ENTITIES["topics"] if topic["name"] == "offboarding-events")
    names = re.findall(r"resource \w+ '(\w+)' existing = \{\s*name: '([^']*)'", bicep_code(CRM_ACCESS))
    assert dict(names) == {"queues": "offboarding-requests", "topics": topic["name"], "subscriptions": "crm"}
    assert "crm" in {subscription["name"] for subscription in topic["subscriptions"]}


@pytest.mark.parametrize("setting", FORBIDDEN_ON_FLEX)
def test_no_setting_that_flex_consumption_refuses(setting: str) -> None:
    assert not re.search(rf"\b{setting}\w*\b" if setting == "WEBSITE_CONTENT" else rf"\b{setting}\b", EVERYTHING)


@pytest.mark.parametrize(
    "setting",
    [
        "AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob",
        "AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue",
        "AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table",
        "AzureWebJobsStorage__credential: 'managedidentity'",
        "AzureWebJobsStorage__clientId",
        "ServiceBus__fullyQualifiedNamespace",
        "ServiceBus__credential: 'managedidentity'",
        "ServiceBus__clientId",
        "APPLICATIONINSIGHTS_CONNECTION_STRING",
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
        "AZURE_CLIENT_ID",
    ],
)
def test_platform_setting(setting: str) -> None:
    assert re.search(rf"^\s+{re.escape(setting)}", FUNCTION_APP, re.MULTILINE)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("OFFBOARDING_MODE", "mode"),
        ("OFFBOARDING_PARTNER_TENANT_ID", "partnerTenantId"),
        ("OFFBOARDING_CLIENT_ID", "partnerClientId"),
        ("OFFBOARDING_PROTECTED_CUSTOMERS", "protectedCustomers"),
        ("OFFBOARDING_SWEEP_SCHEDULE", "sweepSchedule"),
        ("OFFBOARDING_RENEWAL_SCHEDULE", "renewalSchedule"),
        ("OFFBOARDING_CLIENT_AUTH", "clientAuth"),
        ("OFFBOARDING_CLOUD", "partnerCloud"),
        ("OFFBOARDING_KEY_VAULT_URL", "keyVault.outputs.url"),
        ("OFFBOARDING_REFRESH_TOKEN_NAME", "refreshTokenName"),
        ("OFFBOARDING_STORE", "'table'"),
        ("OFFBOARDING_TABLE_ENDPOINT", "storage.outputs.tableEndpoint"),
    ],
)
def test_application_setting(setting: str, value: str) -> None:
    assert re.search(rf"^\s+{setting}: {re.escape(value)}$", MAIN, re.MULTILINE)


@pytest.mark.parametrize("setting", ["OFFBOARDING_CLIENT_SECRET", "OFFBOARDING_CLIENT_CERTIFICATE"])
def test_secrets_are_references_into_the_vault(setting: str) -> None:
    assert re.search(rf"^\s+{setting}: '@Microsoft\.KeyVault\(SecretUri=", MAIN, re.MULTILINE)


def test_a_fresh_deployment_writes_nothing() -> None:
    parameters = load(INFRA / "main.parameters.json")["parameters"]
    assert "param mode string = 'plan'" in MAIN
    assert parameters["mode"]["value"] == "${OFFBOARDING_MODE=plan}"


def test_parameter_file_names_parameters_of_main() -> None:
    parameters: dict[str, Any] = load(INFRA / "main.parameters.json")["parameters"]
    declared = dict(re.findall(r"^param (\w+) \w+(.*)$", MAIN, re.MULTILINE))
    assert set(parameters) <= set(declared)
    assert {name for name, rest in declared.items() if not rest.strip()} <= set(parameters)


@pytest.mark.parametrize(
    "line",
    [
        "disableLocalAuth: true",  # Service Bus
        "DisableLocalAuth: true",  # Application Insights
        "allowSharedKeyAccess: false",
        "allowBlobPublicAccess: false",
        "enableRbacAuthorization: true",
        "enablePurgeProtection: true",
        "httpsOnly: true",
    ],
)
def test_keys_and_open_doors_are_off(line: str) -> None:
    assert re.search(rf"^\s+{line}$", EVERYTHING, re.MULTILINE)


def test_the_host_is_told_addresses_and_not_the_name_of_its_account() -> None:
    """With a name alone it assumes the public cloud."""
    assert "AzureWebJobsStorage__accountName" not in EVERYTHING


def test_every_message_that_an_instance_takes_finds_a_thread() -> None:
    """One more would wait inside the worker while functionTimeout already runs. The worker takes 1 to 32."""
    found = re.search(r"^\s+PYTHON_THREADPOOL_THREAD_COUNT: '(\d+)'$", FUNCTION_APP, re.MULTILINE)
    assert found
    assert load(ROOT / "host.json")["extensions"]["serviceBus"]["maxConcurrentCalls"] <= int(found[1]) <= 32


@pytest.mark.parametrize("module", ["host-storage", "evidence", "snapshots"])
def test_what_is_deleted_of_blobs_can_be_taken_back(module: str) -> None:
    code = bicep_code(INFRA / "modules" / f"{module}.bicep")
    for policy in ("deleteRetentionPolicy", "containerDeleteRetentionPolicy"):
        assert re.search(rf"^\s+{policy}: {{ enabled: true, days: \d+ }}$", code, re.MULTILINE), policy


KEPT = {
    "storage": "account",
    "evidence": "account",
    "snapshots": "account",
    "keyvault": "vault",
    "servicebus": "namespace",
}
"""Module to the resource in it that a lock keeps."""


@pytest.mark.parametrize(("module", "what"), KEPT.items())
def test_what_cannot_be_made_again_can_be_locked(module: str, what: str) -> None:
    code = bicep_code(INFRA / "modules" / f"{module}.bicep")
    found = re.search(
        r"'Microsoft.Authorization/locks@[\d-]+' = if \(deleteLocks == 'on'\) \{(.*?)\n\}", code, re.DOTALL
    )
    assert found
    assert f"scope: {what}\n" in found[1]
    assert "level: 'CanNotDelete'" in found[1]


def test_old_snapshots_are_deleted_by_a_rule_and_by_no_code() -> None:
    code = bicep_code(INFRA / "modules" / "snapshots.bicep")
    assert "prefixMatch: ['snapshots/']" in code
    assert "delete: { daysAfterCreationGreaterThan: days }" in code
    assert re.search(r"param snapshotDays int = (\d+)", MAIN)
    for file in (ROOT / "shared").rglob("*shelf*.py"):
        assert "delete" not in file.read_text(encoding="utf-8"), file


def test_only_what_is_listed_is_locked_and_no_lock_forbids_writing() -> None:
    assert EVERYTHING.count("Microsoft.Authorization/locks@") == len(KEPT)
    assert "ReadOnly" not in EVERYTHING
    assert "param deleteLocks string = 'off'" in MAIN, "else a trial could not be taken down"


def test_a_vault_that_was_deleted_can_be_taken_back() -> None:
    """Purge protection keeps its name for 90 days, and the name follows from the environment's."""
    assert "param vaultCreateMode string = 'default'" in MAIN
    assert re.search(r"^\s+createMode: createMode$", bicep_code(INFRA / "modules" / "keyvault.bicep"), re.MULTILINE)


def test_the_hosts_own_log_can_be_left_out() -> None:
    assert "logs: hostLog == 'on' ? [{ category: 'FunctionAppLogs', enabled: true }] : []" in FUNCTION_APP
    assert FUNCTION_APP.count("FunctionAppLogs") == 1
    assert "param hostLog string = 'on'" in MAIN


@pytest.mark.parametrize(
    ("role", "guid"),
    [
        ("Azure Service Bus Data Owner", "090c5cfd-751d-490a-894a-3ce6f1109419"),
        ("Key Vault Administrator", "00482a5a-887f-4fb3-b363-3b7fe8e74483"),
        ("Key Vault Secrets Officer", "b86a8fe4-44ce-4948-aee5-eccb2c155cd7"),
        ("Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"),
        ("Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c"),
    ],
)
def test_no_role_wider_than_needed(role: str, guid: str) -> None:
    assert guid not in EVERYTHING, role


def test_the_roles_of_our_own_do_what_is_needed_and_nothing_else() -> None:
    blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
    assert EVERYTHING.count("'Microsoft.Authorization/roleDefinitions@") == 2
    assert [re.findall(r"'([^']+)'", found) for found in re.findall(r"dataActions: \[([^]]*)\]", EVERYTHING)] == [
        [f"{blobs}/read", f"{blobs}/write", f"{blobs}/add/action"],
        ["Microsoft.KeyVault/vaults/secrets/setSecret/action"],
    ]
    assert re.findall(r"\bactions: \[([^]]*)\],?\s+dataActions", EVERYTHING) == ["", ""]


def test_settings_of_the_template_are_settings_that_the_application_reads() -> None:
    """A misspelt name would be ignored by the application and go unnoticed."""
    names = set(re.findall(r"^\s+((?:OFFBOARDING_|ServiceBus__)\w+):", EVERYTHING, re.MULTILINE))
    assert len(names) > 12
    # How the host itself signs in to Service Bus.
    assert names - {"ServiceBus__credential"} <= set(SETTINGS)


def test_outputs_are_upper_case_and_hold_no_secret() -> None:
    outputs = re.findall(r"^output (\w+) ", MAIN, re.MULTILINE)
    assert outputs
    assert all(name == name.upper() for name in outputs)
    assert not re.search(r"\blist(Keys|Secrets|ConnectionStrings)?\w*\(", EVERYTHING)
    every_output = "\n".join(re.findall(r"^output .*$", EVERYTHING, re.MULTILINE))
    assert not re.search(r"connectionstring|instrumentationkey|password|secret", every_output, re.IGNORECASE)


def test_azd_finds_the_app() -> None:
    """The tag on the site is the name of the service in azure.yaml."""
    service = re.search(r"^services:\n  (\w+):", (ROOT / "azure.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    assert service
    assert f"serviceName: '{service[1]}'" in MAIN
    assert "'azd-service-name': serviceName" in FUNCTION_APP
