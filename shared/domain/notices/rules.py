"""Rules: which events reach which target. Written in one setting, read by `shared/composition/settings/notices.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Channel(StrEnum):
    """How people or programs are told."""

    TEAMS = "teams"
    EMAIL = "email"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Target:
    """One place of a channel; `name` is empty for the channel's only or first one."""

    channel: Channel
    name: str = ""

    def __str__(self) -> str:
        return f"{self.channel.value}/{self.name}" if self.name else self.channel.value


@dataclass(frozen=True, slots=True)
class Burst:
    """More than `above` notices within `within` are collected and sent as one."""

    above: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Rule:
    """`events` are full names of event types. `customers` (tenant ids and domains, lower case) and `batches` narrow;
    empty means all."""

    name: str
    events: frozenset[str]
    target: Target
    customers: frozenset[str] = frozenset()
    batches: frozenset[str] = frozenset()
    burst: Burst | None = None

    def wants(self, event: str, tenant_id: str, domain: str) -> bool:
        """Whether an event of this type about this customer is told; batches are not looked at."""
        return event in self.events and (
            not self.customers or not self.customers.isdisjoint((tenant_id.lower(), domain.lower()))
        )
