"""Mistakes in names, values and modules, planted in copies of infra/: each is found without any help from Azure."""

from pathlib import Path

import pytest

from tools.bicep_check.azure.resource_types import NoResourceTypes
from tools.bicep_check.tests.support import Mistake, findings_with

MAIN, BUS, TOPIC = "main.bicep", "modules/servicebus.bicep", "modules/servicebus-topic.bicep"
VAULT, CRM, STORAGE = "modules/keyvault.bicep", "modules/crm-access.bicep", "modules/storage.bicep"
ACCESS = "modules/vault-access.bicep"

SYNTAX = [
    Mistake(MAIN, "  federated: {}\n}", "  federated: {}\n", "'token' is not understood here; expected ':'"),
    Mistake(MAIN, "'rg-${environmentName}'", "'rg-${environmentName'", "the string is not closed"),
    Mistake(MAIN, "uniqueString(subscription().id, ", "uniqueString(subscription().id ", "'environmentName' is not"),
    Mistake(MAIN, "param location string", "parm location string", "'parm' is not understood here"),
    Mistake(MAIN, "param mode string = 'plan'", "param mode = 'plan'", "'=' is not understood here"),
    Mistake(ACCESS, "type: 'CustomRole'\n", "type: 'CustomRole' ", "'permissions' is not understood here"),
    Mistake(ACCESS, "[resourceGroup().id]", "[resourceGroup().id", "the '[' of line 32 is not closed"),
    Mistake(
        BUS, "[for (item, i) in queues:", "[for (item, i) queues:", "'queues' is not understood here; expected 'in'"
    ),
]
NAMES = [
    Mistake(MAIN, "location: location", "location: region", "'region' is not declared"),
    Mistake(MAIN, "param mode string", "param model string", "'model' is never used"),
    Mistake(MAIN, "var tags", "var unused = 1\nvar tags", "'unused' is never used"),
    Mistake(MAIN, "param mode string", "param location string\nparam mode string", "'location' is declared more than"),
    Mistake(MAIN, "targetScope = 'subscription'", "targetScope = 'subscriptions'", "targetScope is none of"),
    Mistake(MAIN, "@minLength(36)", "@minLenght(36)", "no decorator 'minLenght'; is 'minLength' meant?"),
    Mistake(MAIN, "@minLength(36)", "@minLength()", "@minLength takes 1 arguments, not 0"),
    Mistake(MAIN, "@minLength(36)", "@batchSize(1)", "@batchSize does not go with partnerTenantId"),
    Mistake(MAIN, "var token = ", "var token = token == '' ? '' : ", "'token' is made of itself"),
    Mistake(BUS, "param topics topicEntity[]", "param topics topicEntitee[]", "there is no type 'topicEntitee'"),
    Mistake(BUS, "param queues entity[]", "param queues topicEntity[]", "property 'subscriptions' is missing"),
    Mistake(TOPIC, "entity[]", "array", "type 'entity' is never used"),
    Mistake(CRM, "namespace::intake", "namespace::intakes", "there is no resource namespace::intakes"),
    Mistake(
        CRM, "    resource crm 'subscriptions'", "    resource crn 'subscriptions'", "namespace::events::crn is never"
    ),
    Mistake(
        CRM,
        "param",
        "resource old 'A.B/c@2024-01-01' existing = {\n  name: 'old'\n}\nparam",
        "resource old is never used",
    ),
]
VALUES = [
    Mistake(
        MAIN, "= uniqueString(", "= uniqueStrin(", "'uniqueStrin' is no function known to this check; is 'uniqueString'"
    ),
    Mistake(MAIN, "empty(keyVaultId)\n", "empty(keyVaultId, '')\n", "empty takes 1 arguments, not 2"),
    Mistake(MAIN, "uniqueString(subscription().id,", "uniqueString(subscription(),", "an object does not fit string"),
    Mistake(MAIN, "if (!empty(deployRepository))", "if (deployRepository)", "string does not fit bool"),
    Mistake(
        MAIN, "deployer!.outputs.clientId", "deployer!.outputs.clientID", "no property 'clientID'; is 'clientId' meant?"
    ),
    Mistake(MAIN, "subscription().id", "subscription().ids", "has no property 'ids'; is 'id' meant?"),
    Mistake(
        MAIN,
        "param storageSku string = 'Standard_ZRS'",
        "param storageSku string = 'Standard_XRS'",
        "'Standard_XRS' is not one of",
    ),
    Mistake(
        MAIN,
        "maximumInstanceCount int = 40",
        "maximumInstanceCount int = 4000",
        "4000 is out of range; at most 1000 is",
    ),
    Mistake(
        MAIN,
        "logRetentionDays int = 90",
        "logRetentionDays int = '90'",
        "default of logRetentionDays: '90' does not fit int",
    ),
    Mistake(
        MAIN,
        "'secret', 'certificate', 'federated'",
        "'secret', 'certificate', 'federation'",
        "has no property 'federation'",
    ),
    Mistake(
        MAIN, "loadJsonContent('servicebus.json')", "loadJsonContent('queues.json')", "'queues.json' is no JSON file"
    ),
    Mistake(MAIN, "entities.queues", "entities.queue", "has no property 'queue'; is 'queues' meant?"),
    Mistake(MAIN, "rg-${environmentName}", "${environmentName}", "the string is one interpolation and nothing else"),
    Mistake(
        MAIN,
        "output AZURE_LOCATION string",
        "output AZURE_LOCATION int",
        "output AZURE_LOCATION: string does not fit int",
    ),
    Mistake(BUS, "name: item.name\n", "name: item.nam\n", "has no property 'nam'; is 'name' meant?"),
    Mistake(BUS, "in queues: {\n  parent", "in sku: {\n  parent", "a loop runs over an array, not over"),
    Mistake(BUS, "queue[i].id", "queue['i'].id", "index of an array: 'i' does not fit int"),
    Mistake(BUS, "location: location\n", "location: location\n  location: location\n", "'location' is set twice"),
    Mistake(MAIN, "concat(storageTargets,", "concat(tags,", "concat: an object does not fit"),
    Mistake(
        MAIN, "resourceGroup(vaultSubscription, vaultGroup)", "resourceGroup(1, vaultGroup)", "1 does not fit string"
    ),
    Mistake(BUS, "sku == 'Premium' ?", "sku ?", "does not fit bool"),
]
MODULES = [
    Mistake(MAIN, "'modules/alerts.bicep'", "'modules/alarms.bicep'", "there is no file 'modules/alarms.bicep'"),
    Mistake(MAIN, "    email: alertEmail\n", "", "modules/alerts.bicep needs parameter 'email'"),
    Mistake(MAIN, "    email: alertEmail", "    emial: alertEmail", "has no parameter 'emial'; is 'email' meant?"),
    Mistake(
        MAIN, "retentionDays: logRetentionDays", "retentionDays: token", "parameter retentionDays of modules/monitoring"
    ),
    Mistake(MAIN, "instanceMemoryMB: instanceMemoryMB", "instanceMemoryMB: '2048'", "'2048' does not fit int"),
    Mistake(MAIN, "'Standard_GRS', 'Standard_GZRS'", "'Standard_GRS', 'Premium_LRS'", "'Premium_LRS' is not one of"),
    Mistake(MAIN, "  scope: group\n", "", "is deployed to a resourceGroup, this file to a subscription"),
    Mistake(MAIN, "  name: 'identity'\n", "  named: 'identity'\n", "a module has no 'named'"),
    Mistake(
        MAIN, "storage.outputs.tableEndpoint", "storage.outputs.tablesEndpoint", "no property 'tablesEndpoint'; is"
    ),
    Mistake(MAIN, "identity.outputs.principalId", "identity.principalId", "has no property 'principalId'"),
    Mistake(BUS, "subscriptions: item.subscriptions", "subscriptions: item.name", "string does not fit an array"),
]
RESOURCES = [
    Mistake(VAULT, "vaults@2024-11-01'", "vaults'", "is no resource type with an API version"),
    Mistake(VAULT, "vaults@2024-11-01'", "vaults@latest'", "is no resource type with an API version"),
    Mistake(VAULT, "  name: name\n", "", "resource vault has no name"),
    Mistake(BUS, "  parent: namespace\n", "", "is a child: it needs a parent, or to stand inside of it"),
    Mistake(
        TOPIC,
        "parent: topic",
        "parent: namespace",
        "topics/subscriptions is no child of Microsoft.ServiceBus/namespaces",
    ),
    Mistake(CRM, "name: 'crm'", "name: 'crm'\n      properties: {}", "exists already and takes no properties"),
]
SECRETS = [
    Mistake(MAIN, "param mode string", "@secure()\nparam mode string", "secure parameter mode has a default"),
    Mistake(MAIN, "param location string", "@secure()\nparam location string", "output AZURE_LOCATION shows a secret"),
    Mistake(
        MAIN, "param location string", "@secure()\nparam location string", "a secret goes into parameter location of"
    ),
    Mistake(
        MAIN,
        "param location",
        "param adminPassword string\nparam location",
        "called like a secret and is not @secure()",
    ),
    Mistake(
        STORAGE, "string = account.name", "string = account.listKeys().keys[0].value", "output name shows a secret"
    ),
]
PLACES = [
    Mistake(VAULT, "location: location", "location: 'westeurope'", "location 'westeurope' is written out"),
    Mistake(
        MAIN, "param location string", "param location string = 'westeurope'", "location 'westeurope' is written out"
    ),
    Mistake(
        ACCESS, "= vault.properties.vaultUri", "= 'https://${name}.vault.azure.net'", "vault.azure.net differs between"
    ),
]
PARAMETERS = [
    Mistake("main.parameters.json", '"alertEmail"', '"alertMail"', "main.bicep has no parameter 'alertMail'"),
    Mistake("main.parameters.json", '"location"', '"mode2"', "parameter 'location' of main.bicep is not given"),
    Mistake(
        "main.parameters.json", "OFFBOARDING_MODE=plan", "OFFBOARDING_MODE=dry", "parameter 'mode': 'dry' is not one of"
    ),
    Mistake("main.parameters.json", "INSTANCES=40", "INSTANCES=4000", "4000 is out of range; at most 1000 is wanted"),
    Mistake("main.parameters.json", "INSTANCES=40", "INSTANCES=many", "'many' does not fit int"),
    Mistake("main.parameters.json", '"${OFFBOARDING_MAXIMUM_INSTANCES=40}"', '"40"', "'40' does not fit int"),
    Mistake("main.parameters.json", '"parameters"', '"params"', "no parameter file"),
]


@pytest.mark.parametrize(
    "mistake", [*SYNTAX, *NAMES, *VALUES, *MODULES, *RESOURCES, *SECRETS, *PLACES, *PARAMETERS], ids=str
)
def test_found(mistake: Mistake, tmp_path: Path) -> None:
    found = findings_with(mistake, tmp_path, NoResourceTypes())
    assert [finding for finding in found if mistake.sentence in finding.message], found
