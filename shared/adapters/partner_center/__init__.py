"""Microsoft Partner Center: the client behind the PartnerCenter port, and the wire formats.

client.py     PartnerCenterClient: one method for each call of the port
error_map/    what each error code of Partner Center means, as data
paging.py     continuation tokens and links
images.py     PATCH bodies made from the resource as it was read
wire/         one file for each resource: JSON -> shared.domain.holdings.records
"""
