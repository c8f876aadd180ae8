"""AMQP error conditions, and the one exception that carries them."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """Error conditions: the `amqp:` ones of AMQP 1.0 part 2, the `com.microsoft:` ones of Azure Service Bus.

    https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot lists the latter.
    """

    INTERNAL_ERROR = "amqp:internal-error"
    NOT_FOUND = "amqp:not-found"
    UNAUTHORIZED_ACCESS = "amqp:unauthorized-access"
    DECODE_ERROR = "amqp:decode-error"
    RESOURCE_LIMIT_EXCEEDED = "amqp:resource-limit-exceeded"
    NOT_ALLOWED = "amqp:not-allowed"
    NOT_IMPLEMENTED = "amqp:not-implemented"
    INVALID_FIELD = "amqp:invalid-field"
    PRECONDITION_FAILED = "amqp:precondition-failed"
    CONNECTION_FORCED = "amqp:connection:forced"
    FRAMING_ERROR = "amqp:connection:framing-error"
    WINDOW_VIOLATION = "amqp:session:window-violation"
    HANDLE_IN_USE = "amqp:session:handle-in-use"
    UNATTACHED_HANDLE = "amqp:session:unattached-handle"
    DETACH_FORCED = "amqp:link:detach-forced"
    TRANSFER_LIMIT_EXCEEDED = "amqp:link:transfer-limit-exceeded"
    MESSAGE_SIZE_EXCEEDED = "amqp:link:message-size-exceeded"
    DEAD_LETTER = "com.microsoft:dead-letter"
    MESSAGE_LOCK_LOST = "com.microsoft:message-lock-lost"
    MESSAGE_NOT_FOUND = "com.microsoft:message-not-found"
    ARGUMENT_ERROR = "com.microsoft:argument-error"
    ENTITY_DISABLED = "com.microsoft:entity-disabled"
    AUTH_FAILED = "com.microsoft:auth-failed"


class AmqpError(Exception):
    """Something that a peer asked for and does not get; told to it in AMQP terms."""

    def __init__(self, condition: Condition, description: str) -> None:
        super().__init__(f"{condition.value}: {description}")
        self.condition = condition
        self.description = description


class DecodeError(AmqpError):
    """Bytes that are not AMQP 1.0."""

    def __init__(self, description: str) -> None:
        super().__init__(Condition.DECODE_ERROR, description)
