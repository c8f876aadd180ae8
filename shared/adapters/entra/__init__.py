"""Microsoft Entra ID: signing in as the Secure Application Model wants it, through MSAL.

source.py        RefreshTokenSource: access tokens from the refresh token in the vault
sign_in.py       EntraSignIn: what the token says, and its daily renewal
application.py   the app registration, and the MSAL client for one exchange
credentials.py   how the application proves itself: secret, certificate or managed identity
http.py          the HTTP client under MSAL: our session, time-outs, addresses and errors
secrecy.py       what came back is never quoted
refusals.py      what a refusal of the token endpoint means
device_code.py   the interactive sign-in that starts it all
claims.py        what our own access token says
"""
