"""X-MS-CLIENT-PRINCIPAL: the person that App Service Authentication signed in.

The platform writes it and takes away what a caller sent under this name, but only where it is switched on: whoever
reads it has to know that. Everything that is not understood is nobody.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.domain.errors import NotSignedInError
from shared.domain.people.actor import Actor, ActorType, Caller
from shared.domain.people.rights import Role
from shared.domain.wording import shorten

HEADER = "X-MS-CLIENT-PRINCIPAL"
LARGEST = 64 * 1024
ENTRA = "aad"
OBJECT_ID = ("http://schemas.microsoft.com/identity/claims/objectidentifier", "oid")
NAMES = (
    "name",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "preferred_username",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "upn",
)
ROLES = ("roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role")
LONGEST_NAME = 120
_WORDS = {role.value: role for role in Role}


class _Claim(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    typ: str
    val: str


class _Principal(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    auth_typ: str
    claims: tuple[_Claim, ...]
    name_typ: str | None = None
    role_typ: str | None = None

    def values(self, *types: str | None) -> Iterator[str]:
        """The values of these claims, in the order of `types`."""
        return (claim.val for typ in types if typ for claim in self.claims if claim.typ == typ)


def parse_principal(header: str) -> Caller:
    """The person in the header, with the roles that this application knows; raises NotSignedInError."""
    principal = _decoded(header)
    if principal.auth_typ.casefold() != ENTRA:
        raise NotSignedInError("the identity is not of Microsoft Entra ID")
    if "app" in principal.values("idtyp"):
        raise NotSignedInError("an application is signed in, not a person: programs send a function key")
    identities = {value.strip().lower() for value in principal.values(*OBJECT_ID)} - {""}
    if len(identities) != 1:
        raise NotSignedInError("the identity has no object id")
    identity = shorten(identities.pop(), LONGEST_NAME)
    names = (shorten(name, LONGEST_NAME) for name in principal.values(principal.name_typ, *NAMES))
    name = next((name for name in names if name), identity)
    given = principal.values(principal.role_typ, *ROLES)
    roles = frozenset(_WORDS[word] for word in given if word in _WORDS)
    return Caller(Actor(ActorType.PERSON, identity, name), roles)


def _decoded(header: str) -> _Principal:
    try:
        if len(header) > LARGEST:
            raise NotSignedInError("the identity is too large")
        return _Principal.model_validate_json(base64.b64decode(header.strip(), validate=True))
    except (binascii.Error, ValidationError, ValueError):
        # What stands in it is not repeated: it is personal, or it is an attack.
        raise NotSignedInError("the identity cannot be read") from None
