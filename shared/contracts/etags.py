"""ETags over HTTP: what a caller saw, so that nothing is decided about something that is another by now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from shared.domain.codes import ReasonCode
from shared.domain.errors import PreconditionError


def header_etag(etag: str | None) -> str:
    """The ETag header of what a store keeps under `etag`; None: of what nobody has stored yet."""
    return f'"{hashlib.sha256((etag or "").encode()).hexdigest()[:32]}"'


def wanted_match(headers: Mapping[str, str]) -> str:
    """The If-Match header; raises PreconditionError (428) without it."""
    given = headers.get("if-match", "").strip()
    if not given:
        text = "the header If-Match is missing: send the ETag of what you saw"
        raise PreconditionError(ReasonCode.PRECONDITION_REQUIRED, text)
    return given


def require_match(given: str, etag: str | None) -> None:
    """Raises PreconditionError (412) when what is stored is another than the caller saw. `*` matches nothing: whoever
    decides has looked."""
    known = {item.strip().removeprefix("W/") for item in given.split(",")}
    if header_etag(etag) not in known:
        text = "it is another by now than what you saw (If-Match is not its ETag): read it again"
        raise PreconditionError(ReasonCode.PRECONDITION_FAILED, text)
