"""Azure reservations and savings plans (Microsoft.Capacity, Microsoft.BillingBenefits) in a customer's tenant.

client.py  AzureReservationsClient: the Reservations port      wire.py  JSON -> shared.domain.partner
"""
