"""Addresses: `amqps://host:port/queue`, `topic/Subscriptions/sub/$DeadLetterQueue`, `queue/$management`, `$cbs`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class NodeKind(Enum):
    """What an address leads to."""

    ENTITY = "entity"
    MANAGEMENT = "$management"
    CBS = "$cbs"


@dataclass(frozen=True, slots=True)
class Address:
    """A node. `path` is the entity's, in lower case, without a slash at either end; empty for `$cbs`."""

    kind: NodeKind
    path: str


def entity_path(uri: str) -> str:
    """The path of a URI or bare address, in lower case. Empty for the namespace itself."""
    scheme, separator, rest = uri.partition("://")
    if separator and "/" not in scheme:
        uri = rest.partition("/")[2]
    return uri.strip("/").lower()


def parse_address(text: str) -> Address:
    """Read an address; whether the entity exists is another question."""
    path = entity_path(text)
    if path == NodeKind.CBS.value:
        return Address(NodeKind.CBS, "")
    parent, _, last = path.rpartition("/")
    if last == NodeKind.MANAGEMENT.value:
        return Address(NodeKind.MANAGEMENT, parent)
    return Address(NodeKind.ENTITY, path)
