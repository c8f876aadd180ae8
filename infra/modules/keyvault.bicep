// The vault of the Partner Center refresh token. The template never sees the token: the consent command puts it in.
param name string
param location string
param tags object
param appPrincipalId string
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // Cannot be switched off again. Losing the token stops every offboarding until a person signs in anew, with
    // multifactor authentication, so nobody can destroy it for good within 90 days.
    enablePurgeProtection: true
    publicNetworkAccess: 'Enabled'
    networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' }
  }
}

var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6' // Key Vault Secrets User: reads values, lists and writes none

resource readSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, secretsUser)
  scope: vault
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The daily renewal stores a newer refresh token. The built-in role that can set secrets can also delete and restore
// them, so the one action that is needed has a role of its own.
resource secretsSetter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(vault.id, 'secrets-setter')
  properties: {
    roleName: 'Offboarding secrets setter (${name})'
    description: 'Sets values of secrets in a vault; reads, lists and deletes none.'
    type: 'CustomRole'
    permissions: [{ actions: [], dataActions: ['Microsoft.KeyVault/vaults/secrets/setSecret/action'] }]
    assignableScopes: [resourceGroup().id]
  }
}

resource setSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, appPrincipalId, 'secrets-setter')
  scope: vault
  properties: {
    roleDefinitionId: secretsSetter.id
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
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

output name string = vault.name
output url string = vault.properties.vaultUri
