// Finished evidence: an account of its own, so that nothing that may write elsewhere may write here, and a container
// in which no version of a file can be changed or deleted before its time.
param name string
param location string
param tags object
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'
param appPrincipalId string
param workspaceId string
param deleteLocks 'on' | 'off'
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Object id of whoever may read finished evidence, auditors perhaps. Empty: nobody.')
param readerPrincipalId string
param readerPrincipalType 'Group' | 'User' | 'ServicePrincipal'

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
    publicNetworkAccess: publicNetworkAccess
    networkAcls: { defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny', bypass: 'AzureServices' }
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

// The built-in roles that can write blobs can delete them, too. This one cannot, nor touch the policy above. Snapshots of
// the record are written with it as well.
resource writer 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(account.id, 'evidence-writer')
  properties: {
    roleName: 'Offboarding blob writer (${name})'
    description: 'Reads and writes blobs; deletes none, and neither moves them nor changes what keeps them.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
      }
    ]
    assignableScopes: [resourceGroup().id]
  }
}

resource write 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, 'evidence-writer')
  scope: account::blobs::evidence
  properties: {
    roleDefinitionId: writer.id
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1' // Storage Blob Data Reader

resource read 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(readerPrincipalId)) {
  name: guid(account.id, readerPrincipalId, blobDataReader)
  scope: account::blobs::evidence
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
    principalId: readerPrincipalId
    principalType: readerPrincipalType
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

output id string = account.id
output name string = account.name
output writerRoleId string = writer.id
output containerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::evidence.name}'
