"""Whose pages may call a server of this machine: none but its own."""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from local.http_shell.message import Answer, Head


def refusal(head: Head) -> Answer | None:
    """403 for a request that a page of another site made a browser send, None for any other.

    A browser names the page's site in Origin. A name that leads to this machine today and to the page's server before
    (DNS rebinding) shows in Host. Programs send neither, or an address of this machine.
    """
    host, origin = head.joined("host").lower(), head.joined("origin").lower()
    if host and not _is_this_machine(host):
        return _refused(f"the host {host[:80]} is not this machine")
    if origin and origin != f"http://{host}":
        return _refused("a page of another site may not call this")
    return None


def _is_this_machine(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def _refused(detail: str) -> Answer:
    return Answer(
        HTTPStatus.FORBIDDEN, (("Content-Type", "text/plain; charset=utf-8"),), f"{detail}\n".encode("latin-1")
    )
