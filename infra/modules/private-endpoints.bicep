// A private address for everything that holds something, in one subnet.
type target = {
  @description('Part of the name of the endpoint.')
  name: string
  resourceId: string

  @description('What of the resource: blob, queue, table, vault, namespace.')
  part: string

  @description('Name of its DNS zone.')
  zone: string
}

param targets target[]
param subnetId string
param location string
param tags object
param token string

@description('Id of the resource group that has the zones. Empty: somebody else registers the addresses, a policy perhaps.')
param zonesGroupId string

// One after another: a subnet takes one change at a time.
@batchSize(1)
resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = [for item in targets: {
  name: 'pe-${item.name}-${token}'
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      {
        name: item.name
        properties: { privateLinkServiceId: item.resourceId, groupIds: [item.part] }
      }
    ]
  }
}]

resource registration 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (item, i) in targets: if (!empty(zonesGroupId)) {
  parent: endpoint[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: item.part
        properties: { privateDnsZoneId: '${zonesGroupId}/providers/Microsoft.Network/privateDnsZones/${item.zone}' }
      }
    ]
  }
}]
