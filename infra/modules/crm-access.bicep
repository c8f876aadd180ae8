// What the CRM may do: hand in requests, and hear of the outcome. Two rights, which one identity may have or two: whoever may
// send can have customers removed, whoever reads cannot. Never a stage queue: although a message there is only a wake-up and
// can do nothing alone, nobody outside should be able to place one.
param namespaceName string

@description('Object id of the service principal that may send requests. Empty: nobody may.')
param senderPrincipalId string

@description('Object id of the service principal that may read the events for the CRM. Empty: nobody may.')
param readerPrincipalId string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: namespaceName

  // By name, not by position in servicebus.json: a list in another order must fail here, not grant another queue.
  resource intake 'queues' existing = {
    name: 'offboarding-requests'
  }

  resource events 'topics' existing = {
    name: 'offboarding-events'

    resource crm 'subscriptions' existing = {
      name: 'crm'
    }
  }
}

var receiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0' // Azure Service Bus Data Receiver
var sender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39' // Azure Service Bus Data Sender

resource send 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(senderPrincipalId)) {
  name: guid(namespace::intake.id, senderPrincipalId, sender)
  scope: namespace::intake
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', sender)
    principalId: senderPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource receive 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(readerPrincipalId)) {
  name: guid(namespace::events::crm.id, readerPrincipalId, receiver)
  scope: namespace::events::crm
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', receiver)
    principalId: readerPrincipalId
    principalType: 'ServicePrincipal'
  }
}
