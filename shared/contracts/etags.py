"""ETags over HTTP: what a caller saw, so that nothing is decided about something that is another by now."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from shared.domain.codes import ReasonCode
from shared.domain.errors import PreconditionError

RECORD = 32
"""Hex digits that stand for a record."""
TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
DRIFT = re.compile(r'-[0-9a-f]{16}"$')


def header_etag(etag: str | None, drift: str = "") -> str:
    """The ETag header of what a store keeps under `etag`; None: of what nobody has stored yet. `drift`: what is shown
    of it is another by now although nothing was stored, because time has passed."""
    kept = hashlib.sha256((etag or "").encode()).hexdigest()[:RECORD]
    return f'"{kept}-{drift}"' if drift else f'"{kept}"'


def content_etag(text: str) -> str:
    """The ETag header of what is put together for each answer: weak, because nothing is decided by it."""
    return f'W/"{digest_of(text)}"'


def digest_of(text: str) -> str:
    """Short, and another for another text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def not_modified(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the caller has it as it is: If-None-Match names its ETag, by weak comparison (RFC 9110, section 13.1.2),
    or says `*`. What cannot be read is no tag, so that the answer is given."""
    given = headers.get("if-none-match", "").strip()
    return given == "*" or etag.removeprefix("W/") in TAG.findall(given)


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
    known = {DRIFT.sub('"', item.strip().removeprefix("W/")) for item in given.split(",")}
    if header_etag(etag) not in known:
        text = "it is another by now than what you saw (If-Match is not its ETag): read it again"
        raise PreconditionError(ReasonCode.PRECONDITION_FAILED, text)
