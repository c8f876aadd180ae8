"""The receiver port over the azure-servicebus SDK."""

import logging
from datetime import UTC, datetime
from typing import NoReturn

from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver
from azure.servicebus.exceptions import (
    MessageAlreadySettled,
    MessageLockLostError,
    MessageNotFoundError,
    ServiceBusError,
)

from local.host.service_bus.entity import Entity
from local.host.service_bus.receiver import LinkDownError, LockLostError

_log = logging.getLogger("host.servicebus")
_LOST = (MessageLockLostError, MessageNotFoundError, MessageAlreadySettled)


class SdkReceiver:
    """One ServiceBusReceiver, made anew whenever its link broke.

    The SDK's own retries are off: the loop backs off itself.
    """

    def __init__(self, connection: str, entity: Entity, prefetch: int) -> None:
        self._connection = connection
        self._entity = entity
        self._prefetch = prefetch
        self._client: ServiceBusClient | None = None
        self._receiver: ServiceBusReceiver | None = None

    def attach(self) -> None:
        self.close()
        try:
            self._client = ServiceBusClient.from_connection_string(self._connection, retry_total=0)
            self._receiver = self._open(self._client)
            self._receiver.__enter__()
        except Exception as error:
            self._down(error)

    def _open(self, client: ServiceBusClient) -> ServiceBusReceiver:
        entity = self._entity
        if entity.topic is None:
            return client.get_queue_receiver(entity.name, sub_queue=entity.sub_queue, prefetch_count=self._prefetch)
        return client.get_subscription_receiver(
            entity.topic, entity.name, sub_queue=entity.sub_queue, prefetch_count=self._prefetch
        )

    def receive(self, max_wait: float) -> ServiceBusReceivedMessage | None:
        # One at a time: asking for more makes the SDK wait for company before it hands over the first.
        try:
            messages = self._attached().receive_messages(max_message_count=1, max_wait_time=max_wait)
        except Exception as error:
            self._down(error)
        return messages[0] if messages else None

    def complete(self, message: ServiceBusReceivedMessage) -> None:
        try:
            self._attached().complete_message(message)
        except Exception as error:
            self._not_settled(message, error)

    def abandon(self, message: ServiceBusReceivedMessage) -> None:
        try:
            self._attached().abandon_message(message)
        except Exception as error:
            self._not_settled(message, error)

    def renew(self, message: ServiceBusReceivedMessage) -> datetime:
        try:
            return self._attached().renew_message_lock(message)
        except Exception as error:
            self._not_settled(message, error)

    def close(self) -> None:
        receiver, client, self._receiver, self._client = self._receiver, self._client, None, None
        for part in (receiver, client):
            if part is None:
                continue
            try:
                part.close()
            except Exception as error:
                _log.debug("%s: closing failed: %s", self._entity, error)

    def _attached(self) -> ServiceBusReceiver:
        if self._receiver is None:
            raise LinkDownError("not attached")
        return self._receiver

    def _not_settled(self, message: ServiceBusReceivedMessage, error: Exception) -> NoReturn:
        locked_until = message.locked_until_utc
        if isinstance(error, _LOST) or (locked_until is not None and locked_until <= datetime.now(UTC)):
            raise LockLostError(_sentence(error)) from error
        self._down(error)

    def _down(self, error: Exception) -> NoReturn:
        # The SDK lets errors of its own through (AttributeError, OSError) when a connection dies under it.
        if not isinstance(error, (ServiceBusError, LinkDownError)):
            _log.debug("%s: unexpected %s", self._entity, type(error).__name__, exc_info=error)
        raise LinkDownError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
