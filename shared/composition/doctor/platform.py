"""What the pipeline stands on: the store, the queues and the topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusClient, ServiceBusSender

from shared.adapters.service_bus import EntityNames
from shared.composition.doctor.probe import Finding, Probe
from shared.domain.advice import DOCTOR, Problem
from shared.domain.offboarding.states import Stage


def store(probe: Probe) -> Finding:
    """Reachable."""
    probe.store.ping()
    return Finding("store", f"reachable ({probe.settings.store.kind.value})")


def queues(probe: Probe) -> Finding:
    """Every queue and the topic take messages."""
    lost = probe.queues()
    if not lost:
        return Finding("queues", "every queue and the topic can be written to")
    names = "; ".join(f"{_names(lost, reason)}: {reason}" for reason in sorted(set(lost.values())))
    bus = probe.settings.bus
    setting = "ServiceBus" if bus.connection else "ServiceBus__fullyQualifiedNamespace"
    action = f"check {setting}, the network, and the identity's role Data Sender, and try again: {DOCTOR}"
    if "UseDevelopmentEmulator=true" in bus.connection:
        action = f"see whether python3 dev.py up is running; check {setting}, and try again: {DOCTOR}"
    cause = f"Service Bus{f' {bus.namespace}' if not bus.connection else ''} cannot be reached: {names}"
    problem = Problem("queues", "unreachable", cause, "No stage is woken, and no event leaves", action)
    return Finding("queues", problems=(problem,))


def _names(lost: Mapping[str, str], reason: str) -> str:
    return ", ".join(sorted(name for name, found in lost.items() if found == reason))


def unreachable(connect: Callable[[], ServiceBusClient], names: EntityNames) -> dict[str, str]:
    """The entities whose link cannot be opened for sending, with the kind of error. Nothing is sent."""
    queues = [names.requests, names.rejected, *(names.stage(stage) for stage in Stage)]
    try:
        # Every sender has a connection of its own, which takes a second to come and go.
        with connect() as client, ThreadPoolExecutor(max_workers=len(queues) + 1) as pool:
            opening = {name: pool.submit(_opened, client.get_queue_sender(name)) for name in queues}
            opening[names.events] = pool.submit(_opened, client.get_topic_sender(names.events))
            return {name: lost for name, one in opening.items() if (lost := one.result())}
    except (AzureError, OSError, ValueError) as error:
        return {"Service Bus": type(error).__name__}


def _opened(sender: ServiceBusSender) -> str:
    try:
        with sender:
            # A batch asks the link how large a message may be, so the link has to open; nothing is sent.
            sender.create_message_batch()
    except (AzureError, OSError, ValueError) as error:
        return type(error).__name__
    return ""
