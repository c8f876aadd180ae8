"""Where notifications may go: hosts that the settings name, over https, at public addresses.

Addresses are checked when the connection is made, and the connection is made to the address that was checked, so that a
name which resolves to another address a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from shared.domain.errors import SettingsError

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HOST = re.compile(r"(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])")
_PLATFORM = frozenset({"168.63.129.16"})
"""Public by its number and Azure's own: the virtual machine's host (learn.microsoft.com/azure/virtual-network/
what-is-ip-address-168-63-129-16)."""
_CARRIES_IPV4 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
"""NAT64 (RFC 6052, RFC 8215): the last 32 bits are an IPv4 address."""
Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts of the settings; `local` allows loopback where it is named, over http too."""

    names: frozenset[str] = frozenset()
    local: bool = False

    @staticmethod
    def parse(text: str, *, local: bool) -> Hosts:
        """Names separated by commas; raises ValueError for what is no name of a host."""
        names = frozenset(part.strip().lower() for part in text.split(",") if part.strip())
        for name in names:
            if not _HOST.fullmatch(name) and not (local and name in LOOPBACK):
                raise ValueError("each must be the name of a host, such as hooks.contoso.com or *.logic.azure.com")
        return Hosts(names, local)

    def check(self, url: str) -> SplitResult:
        """The parts of an address that may be used; raises SettingsError without the address, which may be a secret."""
        try:
            parts = urlsplit(url)
            host, bare = parts.hostname or "", parts.port != 0 and "@" not in parts.netloc and not parts.fragment
        except ValueError:
            raise SettingsError("is no address") from None
        if not host or not bare or not url.isascii() or any(sign <= " " for sign in url):
            raise SettingsError("must be an address such as https://host/path, without user name and fragment")
        loopback = host in LOOPBACK and self.local
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            raise SettingsError("must begin with https://")
        if not self._names(host):
            raise SettingsError("its host is not among OFFBOARDING_NOTIFY_HOSTS")
        return parts

    def may_reach(self, host: str, address: str) -> bool:
        """Whether `address`, to which `host` resolves, may be connected to."""
        if self.local and host in LOOPBACK and host in self.names:
            return ipaddress.ip_address(address).is_loopback
        return is_public(address)

    def _names(self, host: str) -> bool:
        return host in self.names or any(
            name.startswith("*.") and host.endswith(name[1:]) and host != name[2:] for name in self.names
        )


def is_public(address: str) -> bool:
    """Whether an address is one of the public internet, whatever it is dressed as."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # what a resolver gave is no address
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found.teredo is not None:
            return False
        if inner is None and any(found in network for network in _CARRIES_IPV4):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    if str(found) in _PLATFORM:
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(item[4][0]) for item in found))
