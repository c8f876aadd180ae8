// The page that shows what is stuck, what waits for whom, what costs money, what failed and how close the limits are.
param token string
param location string
param workspaceId string
param tags object
param queries object

// Its items are in workbook.json; those of type 3 are queries, by the name of their file.
var content = loadJsonContent('../workbook.json')
var items = [for item in content.items: item.type == 3 ? union(item, { content: union(item.content, { query: queries[item.name] }) }) : item]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  // Azure wants a GUID that stays the same, or each deployment would add another one.
  name: guid(resourceGroup().id, token, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Offboarding pipeline'
    category: 'workbook'
    version: content.version
    sourceId: workspaceId
    serializedData: string({
      version: content.version
      items: items
      fallbackResourceIds: [workspaceId]
      '$schema': content['$schema']
    })
  }
}

output id string = workbook.id
