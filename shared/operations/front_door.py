"""The front door: who calls over HTTP, and whether they may do what they ask for."""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shared.contracts.principal import HEADER as PRINCIPAL
from shared.contracts.principal import parse_principal
from shared.domain.codes import ReasonCode
from shared.domain.errors import DeniedError, NotSignedInError
from shared.domain.offboarding.record import Offboarding
from shared.domain.people.actor import UNNAMED_KEY, Actor, ActorType, Caller
from shared.domain.people.authorise import authorise
from shared.domain.people.rights import Operation, Role
from shared.ports.platform import Platform

log = logging.getLogger("offboarding")
KEY_HEADER = "x-functions-key"
KEY_PARAMETER = "code"


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """`authentication`: App Service Authentication is on, so its header is the platform's word and the host lets
    everybody through to here; off, the header is anybody's, and the host has checked a key. `key_names`: SHA-256 (hex)
    of a key to its name. `calendar_keys`: SHA-256 (hex) of
    the keys that open the calendar and nothing else. `address`: the app's own, without a slash at the end."""

    authentication: bool
    platform: Platform
    key_names: Mapping[str, str] = field(default_factory=dict)
    calendar_keys: frozenset[str] = frozenset()
    address: str = ""

    def caller(self, headers: Mapping[str, str], query: Mapping[str, str]) -> Caller:
        """Who calls. Raises NotSignedInError for nobody and for an identity that cannot be read, UnavailableError when
        the host cannot be asked about a key."""
        key = headers.get(KEY_HEADER) or query.get(KEY_PARAMETER) or ""
        if not self.authentication:
            return Caller(self._named(key))
        principal = headers.get(PRINCIPAL)
        if principal is not None:
            return self._person(principal)
        if key and self.platform.key_is_valid(key):
            return Caller(self._named(key))
        raise NotSignedInError("nobody is signed in, and no valid function key was sent")

    def opens_calendar(self, key: str) -> bool:
        """Whether somebody brings a key to the calendar: a program that reads calendars can send nothing else."""
        digest = hashlib.sha256(key.encode(errors="replace")).hexdigest()
        return bool(key) and any(hmac.compare_digest(digest, known) for known in self.calendar_keys)

    def admit_person(self, operation: Operation, headers: Mapping[str, str]) -> Actor:
        """Whoever is signed in, if they may: where the host has asked for no key, none counts. Raises DeniedError."""
        if not self.authentication or headers.get(PRINCIPAL) is None:
            raise NotSignedInError("nobody is signed in, and no valid key of the calendar stands in the address")
        return self.admit(operation, {PRINCIPAL: headers.get(PRINCIPAL) or ""}, {})

    @property
    def console(self) -> str:
        """The address of the pages; empty where the app does not know its own."""
        return f"{self.address}/console" if self.address else ""

    def admit(
        self,
        operation: Operation,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        about: Offboarding | None = None,
    ) -> Actor:
        """Who calls, if they may; `about` is what it is done to. Raises DeniedError, and logs it."""
        try:
            caller = self.caller(headers, query)
        except DeniedError as error:
            _log_denied(operation, "nobody", error)
            raise
        self.require(caller.actor, caller.roles, operation, about)
        return caller.actor

    def require(
        self, actor: Actor, roles: Collection[Role], operation: Operation, about: Offboarding | None = None
    ) -> None:
        """Raises DeniedError where somebody who is known may not do it, and logs it."""
        refusal = authorise(actor, roles, operation, own=about is not None and actor.same(about.requester))
        if refusal is not None:
            error = self._explained(refusal, operation)
            _log_denied(operation, f"{actor.type.value} {actor.name} ({actor.id})", error)
            raise error

    def _person(self, principal: str) -> Caller:
        """The platform says that it is on; whether it also keeps forgeries out, nobody has to believe."""
        if not self.platform.takes_away_forgeries():
            text = "App Service Authentication is said to be on, and lets through an identity that was forged"
            raise DeniedError(ReasonCode.AUTHENTICATION_OFF, text)
        return parse_principal(principal)

    def _explained(self, refusal: DeniedError, operation: Operation) -> DeniedError:
        if self.authentication:
            return refusal
        text = f"{operation.value} needs a person who is signed in, and App Service Authentication is off: {refusal}"
        return DeniedError(ReasonCode.AUTHENTICATION_OFF, text)

    def _named(self, key: str) -> Actor:
        name = self.key_names.get(hashlib.sha256(key.encode()).hexdigest()) if key else None
        return Actor(ActorType.KEY, name, name) if name else UNNAMED_KEY


def _log_denied(operation: Operation, who: str, error: DeniedError) -> None:
    log.warning("denied: %s by %s: %s", operation.value, who, error, extra={"operation": operation.value})
