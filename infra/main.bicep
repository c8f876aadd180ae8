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

@description('Redundancy of the record, its snapshots and the evidence. Standard_LRS for regions without availability zones.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = 'Standard_ZRS'

@description('Object id of the CRM\'s service principal: may send requests, and nothing else. Empty: nobody may.')
param crmPrincipalId string = ''

@description('Object id of the service principal that reads the events for the CRM; it may be the same one. Empty: nobody may.')
param crmEventsPrincipalId string = ''

@description('Object id of whoever may read finished evidence, a group of auditors perhaps. Empty: nobody may.')
param evidenceReaderPrincipalId string = ''

@description('What that is.')
@allowed(['Group', 'User', 'ServicePrincipal'])
param evidenceReaderPrincipalType string = 'Group'

@description('OWNER/NAME on GitHub of a repository that may deploy code, and nothing else. Empty: none.')
param deployRepository string = ''

@description('The environment of that repository whose jobs may sign in.')
param deployEnvironment string = 'production'

@description('Application (client) id of the app registration that people sign in with: App Service Authentication. Empty: off, and only programs with a function key may call.')
param peopleClientId string = ''

@description('Entra tenant of those people. Empty: the tenant of this subscription.')
param peopleTenantId string = ''

@description('Where alerts are sent. Empty: they fire in Azure Monitor and nobody is told.')
param alertEmail string = ''

@description('Where docs/runbook.md can be read by whoever is alerted: an address, or the path in the repository.')
param runbook string = 'docs/runbook.md'

@description('Upper limit of instances, counted for each function.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Memory of one instance in MB (a quarter, one, or two cores).')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances that are always there and paid for, of the functions over HTTP together.')
@minValue(0)
@maxValue(1000)
param alwaysReadyHttp int = 0

@description('The same of the function that takes requests from the queue.')
@minValue(0)
@maxValue(1000)
param alwaysReadyIntake int = 0

@description('The same of each stage.')
@minValue(0)
@maxValue(1000)
param alwaysReadyStages int = 0

@description('The same of each function that tells people.')
@minValue(0)
@maxValue(1000)
param alwaysReadyNotifications int = 0

@description('The same of each timer.')
@minValue(0)
@maxValue(1000)
param alwaysReadyTimers int = 0

@description('on: instances stand in several zones, where the region has them. The storage has to, too, and what is always ready is two at least.')
@allowed(['on', 'off'])
param zoneRedundant string = 'off'

@description('public: reached over the internet, with Entra alone. integrated: the app goes out through a network. private: it does, and everything that holds something has an address there and no public one; needs Premium.')
@allowed(['public', 'integrated', 'private'])
param network string = 'public'

@description('Addresses of the network that is made: a /25 or wider that nothing else uses.')
param networkAddressPrefix string = '10.90.0.0/24'

@description('Id of an own subnet for the app, delegated to Microsoft.App/environments. Empty: a network is made.')
param appSubnetId string = ''

@description('Id of an own subnet for the private endpoints. Given together with the other one.')
param endpointSubnetId string = ''

@description('Who registers the private addresses: make, zones in this resource group; existing, zones that are there; policy, somebody else, Azure Policy perhaps.')
@allowed(['make', 'existing', 'policy'])
param privateDns string = 'make'

@description('Id of the resource group that has the zones, for existing.')
param privateDnsGroupId string = ''

@description('Id of a Log Analytics workspace that is there already. Empty: one is made.')
param logAnalyticsWorkspaceId string = ''

@description('GB a day, after which the workspace takes nothing in until the next day, and alerts by log see nothing. -1: no limit.')
@minValue(-1)
param logDailyCapGb int = -1

@description('Id of a vault that is there already, with Azure roles and purge protection. Empty: one is made.')
param keyVaultId string = ''

@description('What the resource group may cost a month before somebody is told, in the currency of the subscription. 0: no budget.')
@minValue(0)
param budgetAmount int = 0

@description('First day of the month in which the budget was made, such as 2026-12-01; it stays.')
param budgetStart string = ''

@description('Comma-separated addresses that are told of the budget. Empty: where alerts are sent.')
param budgetContacts string = ''

@description('Names of your own, by the names of conventionalNames below.')
param names object = {}

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 90

@description('Days for which finished evidence cannot be changed or deleted.')
@minValue(1)
@maxValue(146000)
param evidenceDays int = 3650

@description('Days for which a daily snapshot of the record is kept.')
@minValue(8)
@maxValue(400)
param snapshotDays int = 35

@description('Locks against deletion on the record, its snapshots, the evidence, the vault and the namespace. azd down fails while they are on.')
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

// Abbreviations of the Cloud Adoption Framework, and a hash that makes them the only ones.
var conventionalNames = {
  resourceGroup: 'rg-${environmentName}'
  functionApp: 'func-${token}'
  plan: 'plan-${token}'
  identity: 'id-${token}'
  deployer: 'id-deploy-${token}'
  record: 'st${token}'
  hostStorage: 'sth${token}'
  evidence: 'stev${token}'
  snapshots: 'stsn${token}'
  serviceBus: 'sbns-${token}'
  keyVault: 'kv-${token}'
  workspace: 'log-${token}'
  insights: 'appi-${token}'
  network: 'vnet-${token}'
}
var named = union(conventionalNames, names)

var isPrivate = network == 'private'
var ownSubnets = !empty(appSubnetId) && !empty(endpointSubnetId)
var zones = zoneRedundant == 'on'
var budgetTold = empty(budgetContacts) ? alertEmail : budgetContacts

// What does not go together. All of it is said at once, and before anything is made: the name of the resource group needs it.
var refusals = [
  isPrivate && serviceBusSku != 'Premium' ? 'network private needs serviceBusSku Premium: Standard has no private endpoints.' : ''
  empty(appSubnetId) != empty(endpointSubnetId) ? 'appSubnetId and endpointSubnetId are given together, or neither.' : ''
  network == 'public' && ownSubnets ? 'appSubnetId and endpointSubnetId need network integrated or private.' : ''
  (privateDns == 'existing') != !empty(privateDnsGroupId) ? 'privateDns existing and privateDnsGroupId are given together, or neither.' : ''
  privateDns != 'make' && !isPrivate ? 'privateDns needs network private.' : ''
  zones && !contains(['Standard_ZRS', 'Standard_GZRS'], storageSku) ? 'zoneRedundant needs storageSku Standard_ZRS or Standard_GZRS.' : ''
  zones && contains([alwaysReadyHttp, alwaysReadyIntake, alwaysReadyStages, alwaysReadyNotifications, alwaysReadyTimers], 1) ? 'zoneRedundant needs two always-ready instances or none: one stands in one zone.' : ''
  max(alwaysReadyHttp, alwaysReadyIntake, alwaysReadyStages, alwaysReadyNotifications, alwaysReadyTimers) > maximumInstanceCount ? 'More always-ready instances than maximumInstanceCount allows.' : ''
  !empty(keyVaultId) && vaultCreateMode == 'recover' ? 'vaultCreateMode recover takes back a vault of this deployment: keyVaultId names another one.' : ''
  !empty(logAnalyticsWorkspaceId) && logDailyCapGb != -1 ? 'logDailyCapGb is for a workspace of this deployment: set it on the one that logAnalyticsWorkspaceId names.' : ''
  budgetAmount > 0 && empty(budgetTold) ? 'budgetAmount needs budgetContacts or alertEmail: a budget that tells nobody does nothing.' : ''
  budgetAmount > 0 && empty(budgetStart) ? 'budgetAmount needs budgetStart, the first day of this month.' : ''
  length(named) > length(conventionalNames) ? 'names has a name that nothing here is called by.' : ''
]
var refused = trim(join(refusals, ' '))
var groupName = empty(refused) ? named.resourceGroup : fail(refused)

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: groupName
  location: location
  tags: tags
}

// Ids are /subscriptions/SUBSCRIPTION/resourceGroups/GROUP/providers/…
var ownVault = empty(keyVaultId)
var vaultSubscription = ownVault ? subscription().subscriptionId : split(keyVaultId, '/')[2]
var vaultGroup = ownVault ? groupName : split(keyVaultId, '/')[4]
var publicAccess = isPrivate ? 'Disabled' : 'Enabled'

module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: { name: named.identity, location: location, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: named.workspace
    insightsName: named.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGb: logDailyCapGb
    existingWorkspaceId: logAnalyticsWorkspaceId
    appPrincipalId: identity.outputs.principalId
  }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    name: named.record
    location: location
    tags: tags
    sku: storageSku
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    publicNetworkAccess: publicAccess
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: named.hostStorage
    location: location
    tags: tags
    sku: storageSku
    appPrincipalId: identity.outputs.principalId
    publicNetworkAccess: publicAccess
  }
}

module serviceBus 'modules/servicebus.bicep' = {
  name: 'servicebus'
  scope: group
  params: {
    name: named.serviceBus
    location: location
    tags: tags
    sku: serviceBusSku
    queues: entities.queues
    topics: entities.topics
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    publicNetworkAccess: publicAccess
  }
}

module crmAccess 'modules/crm-access.bicep' = {
  name: 'crm-access'
  scope: group
  params: {
    namespaceName: serviceBus.outputs.name
    senderPrincipalId: crmPrincipalId
    readerPrincipalId: crmEventsPrincipalId
  }
}

module ownKeyVault 'modules/keyvault.bicep' = if (ownVault) {
  name: 'keyvault'
  scope: group
  params: {
    name: named.keyVault
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    publicNetworkAccess: publicAccess
    createMode: vaultCreateMode
  }
}

module keyVault 'modules/vault-access.bicep' = {
  name: 'vault-access'
  scope: resourceGroup(vaultSubscription, vaultGroup)
  dependsOn: [ownKeyVault]
  params: {
    name: ownVault ? named.keyVault : last(split(keyVaultId, '/'))
    tags: tags
    appPrincipalId: identity.outputs.principalId
  }
}

module evidence 'modules/evidence.bicep' = {
  name: 'evidence'
  scope: group
  params: {
    name: named.evidence
    location: location
    tags: tags
    sku: storageSku
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    publicNetworkAccess: publicAccess
    immutableDays: evidenceDays
    readerPrincipalId: evidenceReaderPrincipalId
    readerPrincipalType: evidenceReaderPrincipalType
  }
}

module snapshots 'modules/snapshots.bicep' = {
  name: 'snapshots'
  scope: group
  params: {
    name: named.snapshots
    location: location
    tags: tags
    sku: storageSku
    appPrincipalId: identity.outputs.principalId
    workspaceId: monitoring.outputs.workspaceId
    deleteLocks: deleteLocks
    publicNetworkAccess: publicAccess
    writerRoleId: evidence.outputs.writerRoleId
    days: snapshotDays
  }
}

// The network: made here, or given. Names of zones follow from Azure's own names, so that national clouds work too.
var joined = network != 'public'
var madeNetworkId = '${group.id}/providers/Microsoft.Network/virtualNetworks/${named.network}'
var appSubnet = ownSubnets ? appSubnetId : '${madeNetworkId}/subnets/app'
var endpointSubnet = ownSubnets ? endpointSubnetId : '${madeNetworkId}/subnets/endpoints'
var storageSuffix = environment().suffixes.storage
var vaultZone = 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'

module madeNetwork 'modules/network.bicep' = if (joined && !ownSubnets) {
  name: 'network'
  scope: group
  params: { name: named.network, location: location, tags: tags, addressPrefix: networkAddressPrefix }
}

var busZone = 'privatelink.${skip(serviceBus.outputs.host, length(named.serviceBus) + 1)}'

module privateZones 'modules/private-dns.bicep' = if (isPrivate && privateDns == 'make') {
  name: 'private-dns'
  scope: group
  dependsOn: [madeNetwork]
  params: {
    zones: [
      'privatelink.blob.${storageSuffix}'
      'privatelink.queue.${storageSuffix}'
      'privatelink.table.${storageSuffix}'
      vaultZone
      busZone
    ]
    networkId: split(endpointSubnet, '/subnets/')[0]
    tags: tags
  }
}

var storageTargets = [
  { name: 'record', resourceId: storage.outputs.id, part: 'table', zone: 'privatelink.table.${storageSuffix}' }
  { name: 'evidence', resourceId: evidence.outputs.id, part: 'blob', zone: 'privatelink.blob.${storageSuffix}' }
  { name: 'snapshots', resourceId: snapshots.outputs.id, part: 'blob', zone: 'privatelink.blob.${storageSuffix}' }
  { name: 'host-blob', resourceId: hostStorage.outputs.id, part: 'blob', zone: 'privatelink.blob.${storageSuffix}' }
  { name: 'host-queue', resourceId: hostStorage.outputs.id, part: 'queue', zone: 'privatelink.queue.${storageSuffix}' }
  { name: 'host-table', resourceId: hostStorage.outputs.id, part: 'table', zone: 'privatelink.table.${storageSuffix}' }
]
var busTargets = [{ name: 'bus', resourceId: serviceBus.outputs.id, part: 'namespace', zone: busZone }]
// A vault that was there before has its own way in, or gets one from whoever it belongs to.
var ownVaultId = '${group.id}/providers/Microsoft.KeyVault/vaults/${named.keyVault}'
var vaultTargets = ownVault ? [{ name: 'vault', resourceId: ownVaultId, part: 'vault', zone: vaultZone }] : []

module privateEndpoints 'modules/private-endpoints.bicep' = if (isPrivate) {
  name: 'private-endpoints'
  scope: group
  dependsOn: [madeNetwork, privateZones, ownKeyVault]
  params: {
    targets: concat(storageTargets, busTargets, vaultTargets)
    subnetId: endpointSubnet
    location: location
    tags: tags
    token: token
    zonesGroupId: privateDns == 'make' ? group.id : privateDnsGroupId
  }
}

module functionApp 'modules/functionapp.bicep' = {
  name: 'functionapp'
  scope: group
  // Without them the host does not find its own storage when it starts.
  dependsOn: [madeNetwork, privateEndpoints]
  params: {
    name: named.functionApp
    planName: named.plan
    location: location
    tags: tags
    // azd finds the app to deploy to by this tag: it is the name of the service in azure.yaml.
    serviceName: 'pipeline'
    identityName: identity.outputs.name
    insightsName: monitoring.outputs.insightsName
    storageName: hostStorage.outputs.name
    packageContainer: hostStorage.outputs.packageContainer
    serviceBusHost: serviceBus.outputs.host
    maximumInstanceCount: maximumInstanceCount
    instanceMemoryMB: instanceMemoryMB
    zoneRedundant: zoneRedundant
    alwaysReady: {
      http: alwaysReadyHttp
      intake: alwaysReadyIntake
      stages: alwaysReadyStages
      notifications: alwaysReadyNotifications
      timers: alwaysReadyTimers
    }
    subnetId: joined ? appSubnet : ''
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
      OFFBOARDING_SNAPSHOT_CONTAINER: snapshots.outputs.containerUrl
    })
  }
}

module queries 'modules/queries.bicep' = {
  name: 'queries'
  scope: group
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    token: token
    tags: tags
    serviceBusName: serviceBus.outputs.name
    queues: entities.queues
    recordName: storage.outputs.name
    evidenceName: evidence.outputs.name
    queries: queries.outputs.queries
    runbook: runbook
    location: location
    workspaceId: monitoring.outputs.workspaceId
    email: alertEmail
  }
}

module deployer 'modules/deployer.bicep' = if (!empty(deployRepository)) {
  name: 'deployer'
  scope: group
  params: {
    name: named.deployer
    location: location
    tags: tags
    appName: functionApp.outputs.name
    repository: deployRepository
    environmentName: deployEnvironment
  }
}

module budget 'modules/budget.bicep' = if (budgetAmount > 0) {
  name: 'budget'
  scope: group
  params: { amount: budgetAmount, start: budgetStart, contacts: split(budgetTold, ',') }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    token: token
    tags: tags
    location: location
    workspaceId: monitoring.outputs.workspaceId
    queries: queries.outputs.queries
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
// No secret: what deploys from GitHub signs in as this, and Azure believes GitHub alone. Empty without deployRepository.
output AZURE_DEPLOYER_CLIENT_ID string = empty(deployRepository) ? '' : deployer!.outputs.clientId
output AZURE_WORKBOOK_ID string = workbook.outputs.id
output AZURE_STORAGE_ACCOUNT_NAME string = storage.outputs.name
output AZURE_EVIDENCE_ACCOUNT_NAME string = evidence.outputs.name
output AZURE_SNAPSHOTS_ACCOUNT_NAME string = snapshots.outputs.name
