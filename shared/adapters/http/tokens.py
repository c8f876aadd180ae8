"""Access tokens: the small port that every client uses, and a cache that can stand in front of any source.

Tokens live in machine time: advancing business time does not age them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock
from typing import Protocol

from shared.domain.errors import RemoteError

LONGEST_HEAD_START = 300.0
"""Seconds before expiry at which a token is renewed, at most a fifth of its life."""


class Audience(StrEnum):
    """Whom a token is for."""

    PARTNER_CENTER = "partner_center"
    GRAPH = "graph"
    AZURE = "azure"


class TokenSource(Protocol):
    """Gives access tokens; implementations cache, and are called from many threads."""

    def token(self, audience: Audience, tenant_id: str, refused: str = "") -> str:
        """A token of `tenant_id` for `audience`; never again `refused`, which the service just answered with 401.

        Raises SignInRequiredError when only a person can help.
        """

    def forget(self, audience: Audience, tenant_id: str, refused: str = "") -> None:
        """Do not hand out the kept token again, if it is `refused` (any when empty): the next call gets a new one."""


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A fresh token and its life in seconds."""

    value: str = field(repr=False)
    life: float


@dataclass(slots=True)
class _Entry:
    lock: Lock = field(default_factory=Lock)
    value: str = field(default="", repr=False)
    renew_at: float = 0.0
    expires_at: float = 0.0


class TokenCache:
    """Keeps one token for each audience and tenant, renews it ahead of its expiry, asks once for many threads."""

    def __init__(
        self, issue: Callable[[Audience, str], IssuedToken], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._issue = issue
        self._monotonic = monotonic
        self._lock = Lock()
        self._entries: dict[tuple[Audience, str], _Entry] = {}

    def token(self, audience: Audience, tenant_id: str, refused: str = "") -> str:
        """See TokenSource. A token that is still valid is handed out when renewing it ahead of time fails for now."""
        with self._lock:
            entry = self._entries.setdefault((audience, tenant_id.lower()), _Entry())
        with entry.lock:
            if refused and entry.value == refused:
                entry.value = ""
            if entry.value and self._monotonic() < entry.renew_at:
                return entry.value
            try:
                self._renew(entry, audience, tenant_id)
            except RemoteError as error:
                if not (error.retryable and entry.value and self._monotonic() < entry.expires_at):
                    raise
            return entry.value

    def forget(self, audience: Audience, tenant_id: str, refused: str = "") -> None:
        """See TokenSource. A token that another thread renewed meanwhile is kept."""
        with self._lock:
            entry = self._entries.get((audience, tenant_id.lower()))
        if entry is not None:
            with entry.lock:
                if not refused or entry.value == refused:
                    entry.value = ""

    def _renew(self, entry: _Entry, audience: Audience, tenant_id: str) -> None:
        asked_at = self._monotonic()
        issued = self._issue(audience, tenant_id)
        entry.value = issued.value
        entry.expires_at = asked_at + issued.life
        entry.renew_at = entry.expires_at - min(LONGEST_HEAD_START, issued.life / 5)
