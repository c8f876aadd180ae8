// The whole deployment: one resource group holding the Function App and what it stands on.
// Subscription scope, because `azd up` is then one command and `azd down` removes exactly this group.
targetScope = 'subscription'

@description('Name of the azd environment: names the resource group and, hashed, every resource in it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region. It must offer Flex Consumption (az functionapp list-flexconsumption-locations).')
param location string

@description('Entra tenant id of the CSP partner whose customers are offboarded.')
@minLength(36)
@maxLength(36)
param partnerTenantId string

@description('Application (client) id of the partner\'s app registration that signs in to Partner Center.')
@minLength(36)
@maxLength(36)
param partnerClientId string

@description('How the app registration proves itself: a client secret or a certificate in the vault, or this deployment\'s identity.')
@allowed(['secret', 'certificate', 'federated'])
param clientAuth string = 'secret'

@description('The cloud of the partner account; Azure itself may be another.')
@allowed(['global', 'us_government', 'china'])
param partnerCloud string = 'global'

// 'plan' by default: a fresh deployment reads and plans, and writes nothing to Partner Center until somebody
// decides otherwise (azd env set OFFBOARDING_MODE live, then azd provision).
@description('plan: read and plan only. live: carry the plans out.')
@allowed(['plan', 'live'])
param mode string = 'plan'

@description('Comma-separated tenant ids of customers that must never be offboarded.')
param protectedCustomers string = ''

@description('Seconds after the work begins in which nothing is written that nothing puts back; a mistake can be withdrawn.')
param graceSeconds string = '3600'

@description('Which plans a second person has to approve: always, irreversible, above or never. Empty: always where people sign in, else never.')
@allowed(['', 'always', 'irreversible', 'above', 'never'])
param approval string = ''

@description('Further application settings by name (docs/reference.md), such as OFFBOARDING_INDIRECT_PROVIDER. What is set here lasts.')
param moreSettings object = {}

@description('When the sweeper runs: NCRONTAB with seconds, UTC.')
param sweepSchedule string = '0 */5 * * * *'

@description('When the refresh token is renewed: NCRONTAB with seconds, UTC. Once a day; it dies after 90 days.')
param renewalSchedule string = '0 0 3 * * *'

@description('Standard, or Premium for dedicated capacity and private endpoints. Azure cannot change it in place.')
@allowed(['Standard', 'Premium'])
param serviceBusSku string = 'Standard'

@description('Redundancy of the record and the evidence. Standard_LRS for regions without availability zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Object id of the CRM\'s service principal: may send requests and read its own events. Empty: nobody may.')
param crmPrincipalId string = ''

@description('Application (client) id of the app registration that people sign in with: App Service Authentication. Empty: off, and only programs with a function key may call.')
param peopleClientId string = ''

@description('Entra tenant of those people. Empty: the tenant of this subscription.')
param peopleTenantId string = ''

@description('Where alerts are sent. Empty: they fire in Azure Monitor and nobody is told.')
param alertEmail string = ''

@description('Upper limit of instances, counted for each function.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of one instance in MB (a quarter, one, or two cores).')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Days for which finished evidence cannot be changed or deleted.')
@minValue(1)
@maxValue(146000)
param evidenceDays int = 3650

@description('Locks against deletion on the record, the evidence, the vault and the namespace. azd down fails while they are on.')
@allowed(['on', 'off'])
param deleteLocks string = 'off'

@description('recover: take back the vault that azd down deleted; it cannot be purged for 90 days. Back to default afterwards.')
@allowed(['default', 'recover'])
param vaultCreateMode string = 'default'

@description('Whether the host\'s own log (category FunctionAppLogs) is kept. off, where a deployment says that there is no such category.')
@allowed(['on', 'off'])
param hostLog string = 'on'

// The one list of queues, topics and subscriptions; the local broker reads the same file.
var entities = loadJsonContent('servicebus.json')

// Secrets that an administrator puts into the vault after the first deployment; the app renews the refresh token there.
var clientSecretName = 'partner-center-client-secret'
var clientCertificateName = 'partner-center-client-certificate'
var refreshTokenName = 'partner-center-refresh-token'

// References, resolved by the platform with the app's identity: the template never sees a secret.
var vaultSecrets = '${keyVault.outputs.url}secrets/'
var clientCredentials = {
  secret: {
    OFFBOARDING_CLIENT_SECRET: '@Microsoft.KeyVault(SecretUri=${vaultSecrets}${clientSecretName}/)'
  }
  certificate: {
    OFFBOARDING_CLIENT_CERTIFICATE: '@Microsoft.KeyVault(SecretUri=${vaultSecrets}${clientCertificateName}/)'
  }
  federated: {}
}

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: 'id-${token}', location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: 'log-${token}'
    insightsName: 'appi-${token}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    appPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    sku: storageSku
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
  }
}

module serviceBus 'modules/servicebus.bicep' = {
  name: 'servicebus'
  scope: group
  params: {
    name: 'sbns-${token}'
    location: location
    tags: tags
    sku: serviceBusSku
    queues: entities.queues
    topics: entities.topics
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
  }
}

module crmAccess 'modules/crm-access.bicep' = if (!empty(crmPrincipalId)) {
  name: 'crm-access'
  scope: group
  params: { namespaceName: serviceBus.outputs.name, principalId: crmPrincipalId }
}

module keyVault 'modules/keyvault.bicep' = {
  name: 'keyvault'
  scope: group
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    createMode: vaultCreateMode
  }
}

module evidence 'modules/evidence.bicep' = {
  name: 'evidence'
  scope: group
  params: {
    name: 'stev${token}'
    location: location
    tags: tags
    sku: storageSku
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    immutableDays: evidenceDays
  }
}

module functionApp 'modules/functionapp.bicep' = {
  name: 'functionapp'
  scope: group
  params: {
    name: 'func-${token}'
    planName: 'plan-${token}'
    location: location
    tags: tags
    // azd finds the app to deploy to by this tag: it is the name of the service in azure.yaml.
    serviceName: 'pipeline'
    identityName: identity.outputs.name
    insightsName: monitoring.outputs.insightsName
    storageName: storage.outputs.name
    packageContainer: storage.outputs.packageContainer
    serviceBusHost: serviceBus.outputs.host
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    workspaceId: monitoring.outputs.workspaceId
    hostLog: hostLog
    peopleClientId: peopleClientId
    peopleTenantId: empty(peopleTenantId) ? tenant().tenantId : peopleTenantId
    offboardingSettings: union(moreSettings, clientCredentials[clientAuth], {
      OFFBOARDING_MODE: mode
      OFFBOARDING_PARTNER_TENANT_ID: partnerTenantId
      OFFBOARDING_CLIENT_ID: partnerClientId
      OFFBOARDING_CLIENT_AUTH: clientAuth
      OFFBOARDING_CLOUD: partnerCloud
      OFFBOARDING_KEY_VAULT_URL: keyVault.outputs.url
      OFFBOARDING_REFRESH_TOKEN_NAME: refreshTokenName
      OFFBOARDING_RENEWAL_SCHEDULE: renewalSchedule
      OFFBOARDING_PROTECTED_CUSTOMERS: protectedCustomers
      OFFBOARDING_GRACE_SECONDS: graceSeconds
      OFFBOARDING_APPROVAL: !empty(approval) ? approval : (empty(peopleClientId) ? 'never' : 'always')
      OFFBOARDING_SWEEP_SCHEDULE: sweepSchedule
      OFFBOARDING_STORE: 'table'
      OFFBOARDING_TABLE_ENDPOINT: storage.outputs.tableEndpoint
      OFFBOARDING_EVIDENCE_CONTAINER: evidence.outputs.containerUrl
      OFFBOARDING_EVIDENCE_KEY_NAME: keyVault.outputs.evidenceKeyName
    })
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    token: token
    tags: tags
    serviceBusName: serviceBus.outputs.name
    queues: entities.queues
    location: location
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
  }
}

output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_NAME string = functionApp.outputs.name
output AZURE_FUNCTION_URL string = functionApp.outputs.url
output AZURE_IDENTITY_CLIENT_ID string = identity.outputs.clientId
output AZURE_IDENTITY_PRINCIPAL_ID string = identity.outputs.principalId
output AZURE_KEY_VAULT_NAME string = keyVault.outputs.name
output AZURE_SERVICE_BUS_HOST string = serviceBus.outputs.host
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
