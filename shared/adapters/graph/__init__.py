"""Granular delegated admin relationships (GDAP) in Microsoft Graph.

client.py     GraphDelegatedAdmin: the DelegatedAdmin port and its wire format
error_map.py  what each answer means, as data
"""
