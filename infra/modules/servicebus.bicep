// The namespace and everything that servicebus.json lists, with the app's rights on each.
type entity = {
  name: string
  properties: object
}

type topicEntity = {
  name: string
  properties: object
  subscriptions: entity[]
}

param name string
param location string
param tags object
param sku 'Standard' | 'Premium'
param queues entity[]
param topics topicEntity[]
param appPrincipalId string
param workspaceId string
param deleteLocks 'on' | 'off'

@description('Disabled needs Premium: private endpoints are the only way in then.')
param publicNetworkAccess 'Enabled' | 'Disabled'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: sku == 'Premium' ? 1 : null // messaging units; Standard has none and refuses a number
  }
  properties: {
    // No shared keys: a message on the removal queue is then always somebody's, and the roles below decide whose.
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: publicNetworkAccess
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [for item in queues: {
  parent: namespace
  name: item.name
  properties: item.properties
}]

module topic 'servicebus-topic.bicep' = [for item in topics: {
  name: 'topic-${item.name}'
  params: {
    namespaceName: namespace.name
    name: item.name
    properties: item.properties
    subscriptions: item.subscriptions
    appPrincipalId: appPrincipalId
  }
}]

// Receiver and Sender on each queue, not on the namespace: of the topic's subscriptions the app
// reads its own alone (servicebus-topic.bicep). Nor Owner, with which the scaler could read counts: it may also delete the queue. Without it the
// scaler peeks at the front of the queue, so that nothing may lie scheduled there for long
// (docs/decisions/0017-what-the-scaler-may-read.md).
var receiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0' // Azure Service Bus Data Receiver
var sender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39' // Azure Service Bus Data Sender

resource receive 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (item, i) in queues: {
  name: guid(queue[i].id, appPrincipalId, receiver)
  scope: queue[i]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', receiver)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (item, i) in queues: {
  name: guid(queue[i].id, appPrincipalId, sender)
  scope: queue[i]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', sender)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

resource keep 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLocks == 'on') {
  name: 'keep'
  scope: namespace
  properties: { level: 'CanNotDelete', notes: 'Requests, wake-ups and events that are on their way.' }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-log-analytics'
  scope: namespace
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = namespace.id
output name string = namespace.name
// Taken from the endpoint ('https://NAME.servicebus.windows.net:443/'), so that national clouds work too.
output host string = split(split(namespace.properties.serviceBusEndpoint, '/')[2], ':')[0]
