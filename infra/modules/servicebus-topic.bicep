// One topic with its subscriptions. Each subscription has the default rule: every event.
type entity = {
  name: string
  properties: object
}

param namespaceName string
param name string
param properties object
param subscriptions entity[]
param appPrincipalId string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName
}

resource topic 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: namespace
  name: name
  properties: properties
}

// One after another: Azure refuses two changes of the same topic at a time (40901, conflicting operation).
@batchSize(1)
resource subscriber 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [for item in subscriptions: {
  parent: topic
  name: item.name
  properties: item.properties
}]

var receiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0' // Azure Service Bus Data Receiver
var sender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39' // Azure Service Bus Data Sender

resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(topic.id, appPrincipalId, sender)
  scope: topic
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', sender)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The app's own subscription, from which people are told. The others are for whoever they are named after.
resource hear 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (item, i) in subscriptions: if (item.name == 'notify') {
  name: guid(subscriber[i].id, appPrincipalId, receiver)
  scope: subscriber[i]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', receiver)
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
  }
}]
