// What people are told of. docs/operations.md says what to do about each; tests/unit/infra/test_alerts.py holds the
// searches to the lines that the app really writes.
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
param email string

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: serviceBusName
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

// Counts of what lies there now, not of arrivals: a sum would mean nothing.
var counts = [
  {
    // Dead-letter queues are for bugs here, so a single message in one is worth an alert.
    name: 'dead-letters'
    description: 'A message could not be processed and lies in a dead-letter queue; the dimension names the queue.'
    severity: 1
    metric: 'DeadletteredMessages'
    aggregation: 'Maximum'
    window: 'PT5M'
    queues: everyQueue
  }
  {
    // Azure shows no age. A queue that was never empty for half an hour has a message that nobody takes, or work that
    // comes faster than it is done.
    name: 'old-messages'
    description: 'Messages have been waiting on a queue for half an hour; the dimension names the queue.'
    severity: 2
    metric: 'ActiveMessages'
    aggregation: 'Minimum'
    window: 'PT30M'
    queues: workQueues
  }
]

resource counted 'Microsoft.Insights/metricAlerts@2018-03-01' = [for item in counts: {
  name: '${item.name}-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: item.description
    severity: item.severity
    enabled: true
    autoMitigate: true
    scopes: [namespace.id]
    targetResourceType: 'Microsoft.ServiceBus/namespaces'
    evaluationFrequency: 'PT5M'
    windowSize: item.window
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: item.name
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: item.metric
          timeAggregation: item.aggregation
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'EntityName', operator: 'Include', values: item.queues }]
        }
      ]
    }
    actions: empty(email) ? [] : [{ actionGroupId: people.id }]
  }
}]

// Lines of the log. What is absent is found by a count of less than one.
var searches = [
  {
    name: 'stale-sign-in'
    title: 'The refresh token is not renewed'
    description: 'The daily renewal failed, or the refresh token is older than 60 days; it dies after 90.'
    severity: 1
    query: 'AppTraces | where SeverityLevel >= 2 and (Message startswith "refresh_token_age_days" or Message startswith "the refresh token was not renewed")'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT1H'
    window: 'P1D'
  }
  {
    name: 'no-renewal'
    title: 'The renewal of the sign-in did not run'
    description: 'For two days function renew_sign_in has told no age of the refresh token. Fires once after the first deployment, until its first night.'
    severity: 1
    query: 'AppTraces | where Message startswith "refresh_token_age_days"'
    operator: 'LessThan'
    threshold: 1
    frequency: 'PT1H'
    window: 'P2D'
  }
  {
    name: 'no-sweep'
    title: 'The sweeper did not run'
    description: 'For half an hour function sweep has finished no round. It starts every longer wait: offboardings stand still.'
    severity: 1
    query: 'AppTraces | where Message startswith "swept "'
    operator: 'LessThan'
    threshold: 1
    frequency: 'PT15M'
    window: 'PT30M'
  }
  {
    name: 'needs-attention'
    title: 'An offboarding needs a person'
    description: 'An offboarding cannot go on by itself. The line has its id; offboard show tells the reason and what to do.'
    severity: 2
    query: 'AppTraces | where Message contains " state.needs_attention"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT15M'
  }
  {
    name: 'rejected-requests'
    title: 'A request was rejected'
    description: 'A request can never work and was answered so; a copy lies on queue offboarding-rejected.'
    severity: 3
    query: 'AppTraces | where Message contains " - request rejected: "'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT15M'
  }
  {
    // Refusals (4xx) are answers, not failures.
    name: 'failed-executions'
    title: 'A function failed'
    description: 'An execution ended with an exception or an answer of 500 and above. Transient faults do not raise here, so it is a defect or a platform in trouble.'
    severity: 2
    query: 'AppRequests | where Success == false and ResultCode !startswith "4"'
    operator: 'GreaterThan'
    threshold: 0
    frequency: 'PT15M'
    window: 'PT15M'
  }
  {
    // Also of executions that went on. The host's own errors are among them: a connection that is lost and comes back.
    name: 'errors'
    title: 'Errors in the log'
    description: 'More than two errors within half an hour.'
    severity: 2
    query: 'union isfuzzy=true AppTraces, AppExceptions | where SeverityLevel >= 3'
    operator: 'GreaterThan'
    threshold: 2
    frequency: 'PT15M'
    window: 'PT30M'
  }
]

resource searched 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for item in searches: {
  name: '${item.name}-${token}'
  location: location
  tags: tags
  properties: {
    displayName: item.title
    description: item.description
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
          query: item.query
          timeAggregation: 'Count'
          operator: item.operator
          threshold: item.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: empty(email) ? [] : [people.id] }
  }
}]
