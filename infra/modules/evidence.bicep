// Finished evidence: an account of its own, so that nothing that may write elsewhere may write here, and a container
// in which no version of a file can be changed or deleted before its time.
param name string
param location string
param tags object
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'
param appPrincipalId string
param workspaceId string
param deleteLocks 'on' | 'off'

@description('Days for which no version can be changed or deleted, counted from its export.')
param immutableDays int

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: 30 }
      containerDeleteRetentionPolicy: { enabled: true, days: 30 }
    }

    resource evidence 'containers' = {
      name: 'evidence'
      properties: {
        publicAccess: 'None'
        immutableStorageWithVersioning: { enabled: true }
      }

      // Unlocked, so that a trial can be taken down again. For production an administrator locks it, which nobody can
      // undo (infra/README.md, "Evidence").
      resource untouched 'immutabilityPolicies' = {
        name: 'default'
        properties: { immutabilityPeriodSinceCreationInDays: immutableDays }
      }
    }
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLocks == 'on') {
  name: 'keep'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'Finished evidence.' }
}

var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, blobDataContributor)
  scope: account::blobs::evidence
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: account::blobs
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageRead', enabled: true }
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

output containerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::evidence.name}'
