"""Microsoft Entra ID as far as signing in to Partner Center needs it.

discovery.py        the OpenID configuration that clients look up first
token_endpoint.py   versions 1 and 2: refresh_token, client_credentials, device_code
people.py           people who work with the deployed application, and the keys of their tokens
device_code.py      the interactive sign-in, approved by nobody but the knobs
clients.py          how an application proves itself: secret, certificate, federated identity
failures.py         refusals on demand, with the documented AADSTS codes
"""
