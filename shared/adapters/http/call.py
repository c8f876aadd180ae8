"""One HTTP request as data, with paths that cannot leave the resource they name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError

GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SEGMENT = re.compile(r"(?!\.+$)[A-Za-z0-9._~:-]{1,200}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a service.

    `path` is absolute below the base URL and made of checked segments, `query` is already encoded, `tenant_id` is the
    tenant whose token signs it. `effect` is true for what changes something: a lost answer then means "unknown" and not
    "failed". `request_id` becomes MS-RequestId (a fresh one is made when empty). `resend`:
    it was sent before, with a token that was refused.
    """

    method: str
    path: str
    tenant_id: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None
    effect: bool = False
    request_id: str = ""
    resend: bool = False

    @property
    def content(self) -> bytes:
        """The bytes of the body as they are sent; none where there is no body."""
        return b"" if self.body is None else json.dumps(self.body, separators=(",", ":")).encode()


def encoded(pairs: Mapping[str, str]) -> str:
    """A query string; blanks become %20, which OData filters and Partner Center filters both accept."""
    return urlencode(pairs, quote_via=quote)


def segment(name: str, value: str) -> str:
    """`value` as one path segment; raises InvalidRequestError for anything that could name another resource (I6)."""
    if not SEGMENT.fullmatch(value):
        raise InvalidRequestError(
            ReasonCode.INVALID_ID, name, "must be one path segment of letters, digits and . _ ~ : -", value
        )
    return value


def guid(name: str, value: str) -> str:
    """`value` if it is a GUID. A customer is addressed by tenant id only: a word could be another endpoint (I6)."""
    if not GUID.fullmatch(value):
        raise InvalidRequestError(ReasonCode.INVALID_ID, name, "must be a GUID", value)
    return value
