"""Microsoft Partner Center: the client behind the PartnerCenter port, its sign-in, and the wire formats.

client.py     PartnerCenterClient: one method for each call of the port
auth.py       RefreshTokenSource: App+User tokens from a stored refresh token
refusals.py   what Partner Center's error codes mean
paging.py     continuation tokens and links
images.py     PATCH bodies made from the resource as it was read
wire/         one file for each resource: JSON -> shared.domain.partner
"""
