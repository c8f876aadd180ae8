// One account: the host's leases and keys and the deployed package (blobs), the record and the evidence (tables).
param name string
param location string
param tags object
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'
param appPrincipalId string
param workspaceId string
param deleteLocks 'on' | 'off'

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
    // Flex Consumption without a virtual network has no fixed address to allow; identity is the only gate.
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // The deployed package and the host's keys; the record lies in tables, which have nothing like it.
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource package 'containers' = {
      name: 'app-package'
      properties: { publicAccess: 'None' }
    }
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

// The host needs Owner, not Contributor, on blobs (learn.microsoft.com/azure/azure-functions/functions-reference,
// "Connecting to host storage with an identity"). No role on queues: no trigger here uses them.
var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in items(roles): {
  name: guid(account.id, appPrincipalId, role.value)
  scope: account
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role.value)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

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

output name string = account.name
output packageContainer string = account::blobs::package.name
output tableEndpoint string = account.properties.primaryEndpoints.table
