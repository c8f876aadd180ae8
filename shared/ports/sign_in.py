"""Ports of the sign-in: where the refresh token lies, and what the pipeline may ask of the sign-in itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A refresh token as stored. `stored_at` is machine time (aware UTC): tokens age in it, whatever business does."""

    value: str = field(repr=False)
    stored_at: datetime


class TokenVault(Protocol):
    """Holds the one refresh token. Workers read it, the daily renewal and the consent command write it.

    Both raise UnavailableError when the vault cannot be reached and SignInRequiredError when it refuses.
    """

    def read(self) -> StoredToken:
        """The newest token; raises SignInRequiredError when there is none."""

    def write(self, value: str) -> None:
        """Store a newer one. Whole or not at all; older ones need not be kept."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What the pipeline's own access token says of itself (access token claims reference); empty for what is absent."""

    audience: str
    tenant_id: str
    application_id: str
    user: str
    methods: frozenset[str]
    app_only: bool
    scopes: frozenset[str] | None = None
    """What a user's token allows (scp); None where the token does not say."""

    @property
    def mfa(self) -> bool:
        """Whether the sign-in used multifactor authentication (claim amr); Partner Center refuses others (900421)."""
        return "mfa" in self.methods


class SignIn(Protocol):
    """The App+User sign-in of the Secure Application Model. Raises the RemoteError family."""

    def claims(self) -> Claims:
        """Of the Partner Center token in use; at most one token request."""

    def right_audience(self, claims: Claims) -> bool:
        """Whether Partner Center takes tokens with that audience."""

    def forget(self) -> None:
        """The token in use is not good enough: the next call gets a new one, of whatever sign-in is stored by then."""

    def renew(self) -> bool:
        """Redeem the stored refresh token and store the one of the answer; False when the answer had none.

        A token that somebody stored meanwhile is kept instead.
        """

    def age(self) -> timedelta:
        """Machine time since the refresh token was stored; it dies after 90 days without use."""
