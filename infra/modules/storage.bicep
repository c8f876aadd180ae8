// The account of the record (tables), and of nothing else: what may write to the host's account (host-storage.bicep) or to
// the evidence (evidence.bicep) cannot reach it.
param name string
param location string
param tags object
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'
param appPrincipalId string
param workspaceId string
param deleteLocks 'on' | 'off'
param publicNetworkAccess 'Enabled' | 'Disabled'

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    // No account keys: they would open the evidence to whoever can list them, and nobody could say who wrote.
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Flex Consumption without a virtual network has no fixed address to allow: identity is the only gate then.
    publicNetworkAccess: publicNetworkAccess
    networkAcls: { defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny', bypass: 'AzureServices' }
  }

  resource tables 'tableServices' = {
    name: 'default'
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLocks == 'on') {
  name: 'keep'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'The record of every offboarding.' }
}

// On the account, because opening a table makes it where it is missing.
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, tableDataContributor)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Who changed the record, besides what the record says of itself. Reads are left out: the sweeper makes
// thousands a day.
resource tableAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: account::tables
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

output id string = account.id
output name string = account.name
output tableEndpoint string = account.properties.primaryEndpoints.table
