// What the app may do in the vault, and the key that signs evidence. The vault is this deployment's own, or one that was there
// before: that one has to use Azure roles and purge protection, which is not changed from here.
param name string
param tags object
param appPrincipalId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: name
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

// Made here and never let out: whoever has a file and this key's public half can tell who signed it. A rotation makes
// a newer version; files name the version that signed them.
resource evidenceKey 'Microsoft.KeyVault/vaults/keys@2024-11-01' = {
  parent: vault
  name: 'evidence'
  tags: tags
  properties: { kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] }
}

var cryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424' // Key Vault Crypto User: uses keys, makes and changes none

resource signEvidence 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(evidenceKey.id, appPrincipalId, cryptoUser)
  scope: evidenceKey
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', cryptoUser)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

output name string = vault.name
output url string = vault.properties.vaultUri
output evidenceKeyName string = evidenceKey.name
