"""Granular delegated admin relationships (GDAP) in Microsoft Graph.

client.py  GraphDelegatedAdmin: the DelegatedAdmin port and its wire format
"""
