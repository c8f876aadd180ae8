// What people are told of. alerts.json lists it, docs/runbook.md says what to do about each, and
// tests/unit/infra/test_fires.py holds every query to what the app really writes.
type entity = {
  name: string
  properties: object
}

param token string
param location string
param workspaceId string
param tags object
param serviceBusName string
param queues entity[]
param recordName string
param evidenceName string
param queries object
param email string

@description('Where docs/runbook.md can be read; each alert names its section.')
param runbook string

// The one list; the tests read it, too.
var listed = loadJsonContent('../alerts.json')

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName
}

resource record 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: recordName
}

resource evidence 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: evidenceName
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = if (!empty(email)) {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'offboarding'
    enabled: true
    emailReceivers: [{ name: 'operations', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// Queues by name, and no topic: what subscription crm gives up is for the CRM to fetch, and nothing here redrives it.
var everyQueue = [for queue in queues: queue.name]

// What people read lies until they do. By name, as text: there is no list without one of its items.
var readByPeople = 'offboarding-rejected'
var workQueues = skip(split(replace(',${join(everyQueue, ',')}', ',${readByPeople}', ''), ','), 1)

// What a metric is of, and among which values of its dimension it is looked for. Throttling by the names of Azure's
// storage metrics (learn.microsoft.com/azure/storage/common/storage-analytics-logged-operations-and-status-messages).
var resources = {
  serviceBus: { id: namespace.id, type: 'Microsoft.ServiceBus/namespaces' }
  record: { id: record.id, type: 'Microsoft.Storage/storageAccounts' }
  evidence: { id: evidence.id, type: 'Microsoft.Storage/storageAccounts' }
}
var among = {
  all: ['*']
  queues: everyQueue
  workQueues: workQueues
  throttling: ['ServerBusyError', 'ClientThrottlingError', 'ClientAccountRequestThrottlingError', 'ClientAccountBandwidthThrottlingError']
}

// Counts of what lies there now, not of arrivals. Dead-letter queues are for bugs here, so a single message in one is
// worth an alert. Azure shows no age of a message: a queue that was never empty for half an hour has one that nobody
// takes, or work that comes faster than it is done.
resource counted 'Microsoft.Insights/metricAlerts@2018-03-01' = [for item in listed.metrics: {
  name: '${item.name}-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: '${item.description} What to do: ${runbook}#${item.name}'
    severity: item.severity
    enabled: true
    autoMitigate: true
    scopes: [resources[item.resource].id]
    targetResourceType: resources[item.resource].type
    evaluationFrequency: item.frequency
    windowSize: item.window
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: item.name
          metricNamespace: resources[item.resource].type
          metricName: item.metric
          timeAggregation: item.aggregation
          operator: 'GreaterThan'
          threshold: item.threshold
          dimensions: empty(item.dimension) ? [] : [{ name: item.dimension, operator: 'Include', values: among[item.among] }]
        }
      ]
    }
    actions: empty(email) ? [] : [{ actionGroupId: people.id, webHookProperties: { runbook: '${runbook}#${item.name}' } }]
  }
}]

// A query gives a row for whatever somebody has to look at, and none when all is well: also where something is absent.
resource searched 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for item in listed.logs: {
  name: '${item.name}-${token}'
  location: location
  tags: tags
  properties: {
    displayName: item.title
    description: '${item.description} What to do: ${runbook}#${item.name}'
    severity: item.severity
    enabled: true
    autoMitigate: true
    // A workspace that is minutes old does not have the tables yet; without this the deployment would fail.
    skipQueryValidation: true
    scopes: [workspaceId]
    evaluationFrequency: item.frequency
    windowSize: item.window
    criteria: {
      allOf: [
        {
          query: queries[item.name]
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: {
      actionGroups: empty(email) ? [] : [people.id]
      customProperties: { runbook: '${runbook}#${item.name}' }
    }
  }
}]
