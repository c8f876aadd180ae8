"""What a delivery state does to a message, and what is answered."""

from __future__ import annotations

from uuid import UUID

from local.broker.amqp import encode as put
from local.broker.amqp.decode import decode
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.terms import Outcome, OutcomeKind, RawEntries, accepted, rejected, released
from local.broker.engine.queue import MessageQueue

REASON, DESCRIPTION = "DeadLetterReason", "DeadLetterErrorDescription"


def settle(queue: MessageQueue, token: UUID, outcome: Outcome, sent: bytes) -> bytes:
    """Apply an outcome and return the state to answer: the same again, or a rejection with an error if it failed.

    `sent` is the state as it came. A dead-lettering is echoed as a rejection without an error, because clients take
    any error for a failure. A modification is an abandoning even without `delivery-failed`, which the JavaScript
    client leaves out: https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide
    """
    try:
        if outcome.kind is OutcomeKind.ACCEPTED:
            queue.complete(token)
            return accepted()
        if outcome.kind is OutcomeKind.RELEASED:
            queue.release(token)
            return released()
        if outcome.kind is OutcomeKind.REJECTED:
            queue.dead_letter(token, _dead_letter_changes(outcome))
            return rejected(None)
        if outcome.kind is OutcomeKind.MODIFIED and not outcome.undeliverable_here:
            queue.abandon(token, named(outcome.entries))
            return sent
        what = "Deferring messages" if outcome.kind is OutcomeKind.MODIFIED else "Transactions"
        raise AmqpError(Condition.NOT_IMPLEMENTED, f"{what} is not supported by this broker.")
    except AmqpError as error:
        return rejected(error)


def named(entries: RawEntries) -> dict[str, bytes]:
    """Raw map entries by the text of their keys."""
    return {str(decode(key)[0]): value for key, value in entries}


def _dead_letter_changes(outcome: Outcome) -> dict[str, bytes]:
    changes = {name: value for name, value in named(outcome.entries).items() if value != put.NULL}
    if REASON not in changes and outcome.condition not in (None, Condition.DEAD_LETTER.value):
        changes[REASON] = put.string(str(outcome.condition))
        if outcome.description is not None:
            changes.setdefault(DESCRIPTION, put.string(outcome.description))
    return changes
