// What this resource group may cost a month before somebody is told. It stops nothing.
param amount int

@description('First day of the month from which it counts, such as 2026-12-01. Azure does not take another one later.')
param start string
param contacts string[]

resource budget 'Microsoft.Consumption/budgets@2024-08-01' = {
  name: 'offboarding'
  properties: {
    category: 'Cost'
    amount: amount
    timeGrain: 'Monthly'
    timePeriod: { startDate: start }
    notifications: {
      spent: { enabled: true, operator: 'GreaterThanOrEqualTo', threshold: 80, thresholdType: 'Actual', contactEmails: contacts }
      expected: { enabled: true, operator: 'GreaterThan', threshold: 100, thresholdType: 'Forecasted', contactEmails: contacts }
    }
  }
}
