"""Azure Service Bus: by identity in Azure, by connection string on one machine. Names are those of the host."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.composition.settings.reader import Reader


@dataclass(frozen=True, slots=True)
class BusSettings:
    """One of the two: a connection string, or the namespace's host name."""

    connection: str = field(repr=False)
    namespace: str


def read_bus(reader: Reader) -> BusSettings:
    """The bus; one of the two is required."""
    settings = BusSettings(reader.optional("ServiceBus"), reader.optional("ServiceBus__fullyQualifiedNamespace"))
    if not settings.connection and not settings.namespace:
        reader.problems.append("ServiceBus__fullyQualifiedNamespace (or ServiceBus) is required")
    return settings
