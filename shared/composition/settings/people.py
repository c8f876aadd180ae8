"""Who calls over HTTP: what the platform says about signing in, and the names of function keys."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.adapters.http.transport import LOOPBACK
from shared.composition.authentication import HOSTNAME, ON
from shared.composition.settings.reader import Reader

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}")
OF_NOTHING = hashlib.sha256(b"").hexdigest()
"""What a shell makes of a variable that is not set."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """`authentication`: App Service Authentication is on. `own_address`: where the app finds its own host, without a
    slash at the end. `key_names`: SHA-256 of a function key (hex) to its name. `calendar_keys`: SHA-256 (hex) of the
    keys with which a calendar may be read."""

    authentication: bool
    own_address: str
    key_names: Mapping[str, str]
    calendar_keys: frozenset[str] = frozenset()


def read_people(reader: Reader) -> PeopleSettings:
    """The names of keys; the other two are the platform's own settings."""
    authentication = reader.flag(ON, default=False)
    host = reader.optional(HOSTNAME)
    if authentication and not host:
        reader.problems.append(f"{HOSTNAME} is required where {ON} is true")
    scheme = "http" if host.partition(":")[0] in LOOPBACK else "https"
    address = f"{scheme}://{host}" if host else ""
    return PeopleSettings(authentication, address, MappingProxyType(_names(reader)), _calendar_keys(reader))


def _calendar_keys(reader: Reader) -> frozenset[str]:
    setting = "OFFBOARDING_CALENDAR_KEYS"
    found = [item.strip().lower() for item in reader.optional(setting).split(",") if item.strip()]
    for number, digest in enumerate(found, 1):
        if not _SHA256.fullmatch(digest):
            # Not shown: it may be the key itself.
            reader.problems.append(f"{setting}: item {number} must be the SHA-256 of a key in hex")
        elif digest == OF_NOTHING:
            reader.problems.append(f"{setting}: item {number} is the SHA-256 of an empty key, which everybody has")
    return frozenset(found)


def _names(reader: Reader) -> dict[str, str]:
    names: dict[str, str] = {}
    setting = "OFFBOARDING_KEY_NAMES"
    for number, pair in enumerate(filter(None, map(str.strip, reader.optional(setting).split(","))), 1):
        name, _, digest = (part.strip() for part in pair.partition("="))
        if not _NAME.fullmatch(name) or not _SHA256.fullmatch(digest.lower()):
            # Not shown: it may be the key itself.
            reader.problems.append(f"{setting}: pair {number} must be a name, =, and the SHA-256 of the key in hex")
        elif digest.lower() == OF_NOTHING:
            reader.problems.append(f"{setting}: pair {number} has the SHA-256 of an empty key")
        names[digest.lower()] = name
    return names
