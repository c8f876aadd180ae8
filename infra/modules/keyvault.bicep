// The vault of the Partner Center refresh token, the credential and the evidence's key. What the app may do in it, and the
// key, are in vault-access.bicep, which goes with a vault that was there before, too.
param name string
param location string
param tags object
param workspaceId string
param deleteLocks 'on' | 'off'
param publicNetworkAccess 'Enabled' | 'Disabled'

@description('recover: take back the vault of this name that was deleted less than 90 days ago.')
param createMode 'default' | 'recover'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    createMode: createMode
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Cannot be switched off again. Losing the token stops every offboarding until a person signs in anew, with
    // multifactor authentication, so nobody can destroy it for good within 90 days.
    enablePurgeProtection: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: { defaultAction: publicNetworkAccess == 'Enabled' ? 'Allow' : 'Deny', bypass: 'AzureServices' }
  }
}

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLocks == 'on') {
  name: 'keep'
  scope: vault
  properties: { level: 'CanNotDelete', notes: 'The sign-in and the key that signed the evidence.' }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = vault.id
