"""Who is signed in: the people of a file, and the bearer tokens of their identity provider.

A token is checked as App Service Authentication checks it: signature by the provider's keys, issuer, audience, and its
time. Nothing is fetched: the file holds the key set.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local.host.errors import UsageError

ALGORITHMS = ("RS256", "ES256")
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid"
NAME_TYPE = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
ROLE_TYPE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
_RENAMED = {"oid": OBJECT_ID, "tid": TENANT_ID}
_NOT_PASSED_ON = frozenset({"aud", "iat", "nbf", "exp"})


class InvalidTokenError(Exception):
    """A token that App Service Authentication would refuse."""


class _File(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class PersonEntry(_File):
    """One who may sign in, with an access token of theirs."""

    name: str = Field(min_length=1)
    token: str = Field(min_length=1, repr=False)


class PeopleFile(_File):
    """{"issuer": "…", "audience": "…", "jwks": {"keys": […]}, "people": [{"name": "…", "token": "…"}]}"""

    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    jwks: dict[str, Any]
    people: tuple[PersonEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Principal:
    """A person with a valid token: its claims."""

    claims: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The object id."""
        return str(self.claims.get("oid", ""))

    @property
    def name(self) -> str:
        """What they sign in with."""
        return str(self.claims.get("preferred_username") or self.claims.get("name") or self.id)

    def wire(self) -> list[dict[str, str]]:
        """The claims as the platform names them, one for each value."""
        pairs: list[dict[str, str]] = []
        for name, value in self.claims.items():
            if name not in _NOT_PASSED_ON:
                values = value if isinstance(value, list) else [value]
                pairs += [{"typ": _RENAMED.get(name, name), "val": str(one)} for one in values]
        return pairs

    def header(self) -> str:
        """X-MS-CLIENT-PRINCIPAL."""
        body = {"auth_typ": "aad", "claims": self.wire(), "name_typ": NAME_TYPE, "role_typ": ROLE_TYPE}
        return base64.b64encode(json.dumps(body).encode()).decode()


class IdentityProvider:
    """Checks tokens of one issuer for one audience."""

    def __init__(self, file: PeopleFile) -> None:
        """Raises ValueError for a key set that cannot be used."""
        self.people = file.people
        self._issuer, self._audience = file.issuer, file.audience
        try:
            self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(file.jwks).keys}
        except jwt.PyJWTError as error:
            raise ValueError(f"jwks: {error}") from None

    def principal(self, token: str) -> Principal:
        """Whose token it is; raises InvalidTokenError."""
        try:
            key = self._keys.get(jwt.get_unverified_header(token).get("kid"))
            if key is None:
                raise InvalidTokenError("the key of the token is not known")
            claims = jwt.decode(
                token,
                key,
                ALGORITHMS,
                audience=self._audience,
                issuer=self._issuer,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise InvalidTokenError(str(error)) from None
        return Principal(claims)


def load_people(path: Path) -> IdentityProvider:
    """Reads the file of --authentication; raises UsageError that names field and rule but never a token."""
    try:
        return IdentityProvider(PeopleFile.model_validate_json(path.read_bytes()))
    except OSError as error:
        raise UsageError(f"people file {path} cannot be read: {error.strerror or error}") from None
    except ValidationError as error:
        details = "; ".join(f"{'.'.join(map(str, item['loc'])) or 'content'}: {item['msg']}" for item in error.errors())
        raise UsageError(f"people file {path}: {details}") from None
    except ValueError as error:
        raise UsageError(f"people file {path}: {error}") from None
