// Dead-letter queues are for bugs here, so a single message in one is worth an alert. So is a sign-in that goes stale:
// without it nothing works, and only a person can renew it.
param token string
param location string
param workspaceId string
param tags object
param serviceBusName string
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

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'dead-letters-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A message could not be processed and lies in a dead-letter queue; the dimension names the queue.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [namespace.id]
    targetResourceType: 'Microsoft.ServiceBus/namespaces'
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-lettered'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          timeAggregation: 'Maximum' // a count of what lies there now, not of arrivals: a sum would mean nothing
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'EntityName', operator: 'Include', values: ['*'] }]
        }
      ]
    }
    actions: empty(email) ? [] : [{ actionGroupId: people.id }]
  }
}

resource staleSignIn 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = {
  name: 'stale-sign-in-${token}'
  location: location
  tags: tags
  properties: {
    displayName: 'The refresh token is not renewed'
    description: 'The daily renewal failed, or the refresh token is older than 60 days; it dies after 90. See docs/operations.md.'
    severity: 1
    enabled: true
    autoMitigate: true
    scopes: [workspaceId]
    evaluationFrequency: 'PT1H'
    windowSize: 'P1D'
    criteria: {
      allOf: [
        {
          query: 'AppTraces | where SeverityLevel >= 2 and (Message startswith "refresh_token_age_days" or Message startswith "the refresh token was not renewed")'
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: empty(email) ? [] : [people.id] }
  }
}
