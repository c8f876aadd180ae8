// The identity that deploys code from GitHub Actions, without a secret: it may put code into the app, and make or change nothing
// else. Who puts code there decides what the app does with its rights, so the environment in GitHub should ask for approval.
param name string
param location string
param tags object
param appName string

@description('OWNER/NAME on GitHub.')
param repository string

@description('The environment of that repository whose jobs may sign in.')
param environmentName string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: name
  location: location
  tags: tags

  resource github 'federatedIdentityCredentials' = {
    name: 'github'
    properties: {
      issuer: 'https://token.actions.githubusercontent.com'
      subject: 'repo:${repository}:environment:${environmentName}'
      audiences: ['api://AzureADTokenExchange']
    }
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' existing = {
  name: appName
}

var websiteContributor = 'de139f84-1756-47ae-9be6-808fbbe84772' // Website Contributor
var reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7' // Reader

resource deploy 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(app.id, identity.id, websiteContributor)
  scope: app
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', websiteContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// azd looks for the app by its tag among what the group has.
resource find 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(resourceGroup().id, identity.id, reader)
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', reader)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

output clientId string = identity.properties.clientId
