"""Taking in a message from the request queue: accepted, answered as unworkable, or kept for later. Never lost."""

from __future__ import annotations

import hashlib
import logging
import re
from datetime import timedelta

from shared.contracts.request import parse_request
from shared.contracts.withdrawal import is_withdrawal, parse_withdrawal
from shared.domain.errors import InvalidRequestError, OffboardingError, RequestIdReusedError
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.intake.accept import accept
from shared.intake.call_off import NotYetError, call_off
from shared.intake.reject import reject_message
from shared.pipeline.core.services import Services

log = logging.getLogger("offboarding")
TRY_AGAIN_AFTER = timedelta(minutes=1)
OVERTAKING = 10
"""Times that a withdrawal waits for its request, which may be behind it on the queue."""
ROUND = re.compile(r"~(\d{1,2})$")


def take_in(body: bytes, message_id: str, services: Services) -> None:
    """Handle one message of the request queue, a request or a withdrawal.

    When the store cannot be reached the message goes back to the same queue with a delay: raising would redeliver at
    once and burn the delivery count within a second. Raises only when the bus does not take it back either.
    """
    try:
        try:
            _one(body, message_id, services)
        except (InvalidRequestError, RequestIdReusedError) as error:
            reject_message(body, message_id, error, services)
    except OffboardingError as error:
        if not error.retryable:
            raise
        log.warning("message is put back for %s: %s", TRY_AGAIN_AFTER, error)
        services.bus.send([_again(body, message_id, services)])


def _one(body: bytes, message_id: str, services: Services) -> None:
    if not is_withdrawal(body):
        accept(parse_request(body), services)
        return
    try:
        call_off(parse_withdrawal(body), services)
    except NotYetError as early:
        found = ROUND.search(message_id)
        tried = int(found[1]) if found else 0
        if tried >= OVERTAKING:
            raise early.error from None
        log.info("withdrawal is put back for %s: %s", TRY_AGAIN_AFTER, early)
        # The round stands in the id: the queue keeps no other memory of a message that is sent again.
        base = ROUND.sub("", message_id)[:124] or hashlib.sha256(body).hexdigest()
        services.bus.send([_again(body, f"{base}~{tried + 1}", services)])


def _again(body: bytes, message_id: str, services: Services) -> OutboundMessage:
    now = services.clock.now()
    identity = message_id[:128] or hashlib.sha256(body).hexdigest()
    return OutboundMessage(
        id=identity,
        destination=Destination.REQUESTS,
        body=body,
        created_at=now,
        scheduled_at=now + TRY_AGAIN_AFTER,
    )
