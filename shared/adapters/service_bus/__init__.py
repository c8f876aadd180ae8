"""The bus on azure-servicebus: sending, and looking after the dead-letter queues."""

from shared.adapters.service_bus.bus import ServiceBusBus
from shared.adapters.service_bus.names import EntityNames

__all__ = ["EntityNames", "ServiceBusBus"]
