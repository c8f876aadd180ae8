"""Where something is found over HTTP: an absolute address, where the one that was called is certainly this app's.

Whoever calls writes Host, and whatever stands in between may add X-Forwarded-Host: neither is repeated on its word.
What is not known to be ours gets the path alone, which a client resolves against the address that it called (RFC 9110,
section 10.2.2); so a custom domain and a gateway keep working.
"""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def place_of(path: str, called: str, own: str) -> str:
    """The address of `path` for who called the address `called`. `own`: host, and port if any, that the platform says
    this app has; "" where there is no platform."""
    try:
        parts = urlsplit(called)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return path
    if parts.scheme not in ("http", "https") or "@" in parts.netloc:
        return path
    at = f"[{host}]" if ":" in host else host
    netloc = at if port is None else f"{at}:{port}"
    if own and netloc == own.lower():
        # The platform ends TLS in front of the app; what it calls itself is reached from outside by https alone.
        scheme = parts.scheme if host in LOOPBACK else "https"
        return f"{scheme}://{netloc}{path}"
    local = not own or (urlsplit(f"//{own}").hostname or "") in LOOPBACK
    return f"{parts.scheme}://{netloc}{path}" if local and host in LOOPBACK else path
