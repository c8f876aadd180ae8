// Daily snapshots of the record: an account of its own, so that what takes the record away does not take them too. What
// is old enough is deleted by a rule of the account, never by the app, which may add files and delete none.
param name string
param location string
param tags object
param sku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS'
param appPrincipalId string
param workspaceId string
param deleteLocks 'on' | 'off'
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('Id of the role that writes blobs and deletes none (evidence.bicep).')
param writerRoleId string

@description('Days for which a snapshot is kept.')
param days int

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: 'Cool'
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
      // Whoever writes can write over. What was there before stays as a version then, for as long as a snapshot.
      isVersioningEnabled: true
      // Longer than it takes to notice that something deleted them. Personal data stays this much longer, too.
      deleteRetentionPolicy: { enabled: true, days: 14 }
      containerDeleteRetentionPolicy: { enabled: true, days: 14 }
    }

    resource snapshots 'containers' = {
      name: 'snapshots'
      properties: { publicAccess: 'None' }
    }
  }

  resource retention 'managementPolicies' = {
    name: 'default'
    properties: {
      policy: {
        rules: [
          {
            name: 'old-snapshots'
            enabled: true
            type: 'Lifecycle'
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: ['snapshots/'] }
              actions: {
                baseBlob: { delete: { daysAfterCreationGreaterThan: days } }
                version: { delete: { daysAfterCreationGreaterThan: days } }
              }
            }
          }
        ]
      }
    }
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLocks == 'on') {
  name: 'keep'
  scope: account
  properties: { level: 'CanNotDelete', notes: 'Snapshots of the record.' }
}

resource write 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, appPrincipalId, 'snapshots-writer')
  scope: account::blobs::snapshots
  properties: {
    roleDefinitionId: writerRoleId
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

output id string = account.id
output name string = account.name
output containerUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::snapshots.name}'
