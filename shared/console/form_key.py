"""The key in every form: it shows that the form came from a page that this person was sent by this site.

It is derived from a cookie that no other site can read, set or have sent along, and from who is signed in.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from shared.domain.codes import ReasonCode
from shared.domain.errors import DeniedError

COOKIE = "__Host-offboarding-form"
FIELD = "form_key"
_VALUE = re.compile(r"[A-Za-z0-9_-]{43}")
ADVICE = "Load the page again and send the form once more."


def new_cookie() -> str:
    """A value for the cookie that nobody can guess: 32 random bytes."""
    return secrets.token_urlsafe(32)


def cookie_in(headers: Mapping[str, str]) -> str | None:
    """The cookie that the browser sent; None where there is none, or one that we never set.

    Split at semicolons alone, as browsers join them (RFC 6265): whatever else stands in other cookies of this host
    neither hides ours nor passes for it.
    """
    pairs = (part.strip().partition("=") for part in headers.get("cookie", "").split(";"))
    values = [value for name, _, value in pairs if name == COOKIE]
    return values[0] if len(values) == 1 and _VALUE.fullmatch(values[0]) else None


def set_cookie(value: str) -> str:
    """The header Set-Cookie. The prefix of its name binds it to this host, over TLS, without a path."""
    return f"{COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax"


def form_key(cookie: str, person: str) -> str:
    """What stands in the forms: SHA-256 (hex), so that a page does not show the cookie itself."""
    return hmac.new(cookie.encode(), person.encode(), hashlib.sha256).hexdigest()


def require_own_site(headers: Mapping[str, str], url: str) -> None:
    """Raises DeniedError where a page of another site sent the form, as its headers tell before it is read."""
    if not _from_here(headers, url):
        raise DeniedError(ReasonCode.FOREIGN_FORM, "the form was sent by another site; nothing was changed", ADVICE)


def require_own_form(headers: Mapping[str, str], given: str, person: str) -> None:
    """Raises DeniedError for a form that another site, or nobody, made for `person`; `given` is the key in it."""
    cookie = cookie_in(headers)
    if cookie is None or not hmac.compare_digest(form_key(cookie, person).encode(), given.encode()):
        text = "the form is not one that this site sent to you, or it is from an earlier sign-in; nothing was changed"
        raise DeniedError(ReasonCode.FOREIGN_FORM, text, ADVICE)


def _from_here(headers: Mapping[str, str], url: str) -> bool:
    """Browsers say where a request comes from; what says nothing still needs the cookie."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == urlsplit(url).netloc.lower()
