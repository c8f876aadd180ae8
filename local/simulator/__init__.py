"""A partner tenant on one port: Partner Center, its token endpoint, Microsoft Graph (GDAP) and Azure (ARM).

It is the oracle of this project: its rules are written from Microsoft's documentation alone and import nothing
of the application.
"""
