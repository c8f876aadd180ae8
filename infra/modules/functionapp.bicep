// The Function App on Flex Consumption: it scales to zero, and each function has its own instances.
type alwaysReadyGroups = {
  @description('Everything over HTTP shares its instances.')
  http: int

  @description('accept: requests from the queue.')
  intake: int

  @description('The stages.')
  stages: int

  @description('Who is told of what: events, and what goes out.')
  notifications: int

  @description('The timers.')
  timers: int
}

param name string
param planName string
param location string
param tags object
param serviceName string
param identityName string
param insightsName string
param storageName string
param packageContainer string
param serviceBusHost string
param maximumInstanceCount int
param instanceMemoryMB int
param zoneRedundant 'on' | 'off'

@description('Instances that are always there, for each function of a group.')
param alwaysReady alwaysReadyGroups

@description('Subnet through which the app reaches everything; empty: none.')
param subnetId string
param workspaceId string

@description('Whether the host\'s own log is kept beside Application Insights.')
param hostLog 'on' | 'off'

@description('App registration of App Service Authentication; empty: off.')
param peopleClientId string
param peopleTenantId string

@description('The application\'s own settings.')
param offboardingSettings object

// Each function but those over HTTP has instances of its own (tests/unit/infra holds the names to the app's).
var readyIntake = [for one in ['accept']: { name: 'function:${one}', instanceCount: alwaysReady.intake }]
var readyStages = [for one in ['plan', 'suspend', 'cancel', 'verify', 'remove', 'confirm', 'restore']: {
  name: 'function:${one}'
  instanceCount: alwaysReady.stages
}]
var readyNotifications = [for one in ['notify', 'deliver_notification']: {
  name: 'function:${one}'
  instanceCount: alwaysReady.notifications
}]
var readyTimers = [for one in ['sweep', 'watch', 'renew_sign_in', 'take_snapshot']: {
  name: 'function:${one}'
  instanceCount: alwaysReady.timers
}]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource storage 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: storageName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: {
    reserved: true // Linux
    zoneRedundant: zoneRedundant == 'on'
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    // Key Vault references are read with this identity; without it the platform tries a system-assigned one.
    keyVaultReferenceIdentity: identity.id
    siteConfig: { minTlsVersion: '1.2', scmMinTlsVersion: '1.2', ftpsState: 'Disabled' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${storage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: { name: 'python', version: '3.13' }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemoryMB
        alwaysReady: concat(
          alwaysReady.http == 0 ? [] : [{ name: 'http', instanceCount: alwaysReady.http }],
          alwaysReady.intake == 0 ? [] : readyIntake,
          alwaysReady.stages == 0 ? [] : readyStages,
          alwaysReady.notifications == 0 ? [] : readyNotifications,
          alwaysReady.timers == 0 ? [] : readyTimers
        )
      }
    }
  }

  // Deployment signs in with Entra only; publishing passwords would be a second, nameless way in.
  resource scmPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftpPasswords 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  // Runtime and language stand in functionAppConfig: Flex Consumption refuses the app settings of other plans for
  // them (learn.microsoft.com/azure/azure-functions/functions-app-settings, "Flex Consumption plan deprecations").
  // A deployment replaces the whole set: whoever switched the mode by hand in the portal finds it put back.
  resource settings 'config' = {
    name: 'appsettings'
    properties: union(offboardingSettings, {
      // Addresses, not the account's name: with a name alone the host assumes the public cloud.
      AzureWebJobsStorage__blobServiceUri: storage.properties.primaryEndpoints.blob
      AzureWebJobsStorage__queueServiceUri: storage.properties.primaryEndpoints.queue
      AzureWebJobsStorage__tableServiceUri: storage.properties.primaryEndpoints.table
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      ServiceBus__fullyQualifiedNamespace: serviceBusHost
      ServiceBus__credential: 'managedidentity'
      ServiceBus__clientId: identity.properties.clientId
      APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
      // The app sends spans, metrics and its log lines itself. The second tells the worker, and so the host, which would
      // send every line once more.
      OFFBOARDING_TELEMETRY: 'azure_monitor'
      PYTHON_ENABLE_OPENTELEMETRY: 'true'
      // At least maxConcurrentCalls of host.json. The worker has a thread for each core and four more, five on one core;
      // a message more would wait inside the worker, while functionTimeout already runs.
      PYTHON_THREADPOOL_THREAD_COUNT: '16'
      // Tells azure-identity in the app's own code which identity to use: user-assigned ones are never guessed.
      AZURE_CLIENT_ID: identity.properties.clientId
    })
  }

  // Always there, so that taking the client id away switches it off again. The platform itself tells the app that it
  // is on (WEBSITE_AUTH_ENABLED). Who is not signed in passes: programs bring a function key, and the app's own front
  // door refuses everybody else (docs/decisions/0013-people-and-keys.md).
  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: !empty(peopleClientId), runtimeVersion: '~1' }
      globalValidation: {
        requireAuthentication: false
        unauthenticatedClientAction: 'AllowAnonymous'
      }
      httpSettings: { requireHttps: true }
      identityProviders: {
        azureActiveDirectory: {
          enabled: !empty(peopleClientId)
          registration: {
            // Browsers get an ID token and nothing else, so no secret is needed.
            clientId: peopleClientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${peopleTenantId}/v2.0'
          }
          validation: { allowedAudiences: [peopleClientId, 'api://${peopleClientId}'] }
        }
      }
      login: { tokenStore: { enabled: false } }
    }
  }
}

// The host's own log, for the day that the way to Application Insights is what is broken. It can be left out, because
// its category has not always been there on Flex Consumption, and a deployment fails where it is not.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: app
  properties: {
    workspaceId: workspaceId
    logs: hostLog == 'on' ? [{ category: 'FunctionAppLogs', enabled: true }] : []
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
