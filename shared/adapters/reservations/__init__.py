"""Azure reservations and savings plans (Microsoft.Capacity, Microsoft.BillingBenefits) in a customer's tenant.

client.py     AzureReservationsClient: the Reservations port
error_map.py  what each error code means, as data
wire.py       JSON -> shared.domain.holdings.records
"""
