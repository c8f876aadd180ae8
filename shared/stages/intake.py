"""Taking in a message from the request queue: accepted, answered as unworkable, or kept for later. Never lost."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta

from shared.contracts.request import parse_request
from shared.domain.errors import InvalidRequestError, OffboardingError, RequestIdReusedError
from shared.domain.messages import Destination, OutboundMessage
from shared.stages.accept import accept
from shared.stages.reject import reject_message
from shared.stages.services import Services

log = logging.getLogger("offboarding")
TRY_AGAIN_AFTER = timedelta(minutes=1)


def take_in(body: bytes, message_id: str, services: Services) -> None:
    """Handle one request message.

    When the store cannot be reached the message goes back to the same queue with a delay: raising would redeliver at
    once and burn the delivery count within a second. Raises only when the bus does not take it back either.
    """
    try:
        try:
            accept(parse_request(body), services)
        except (InvalidRequestError, RequestIdReusedError) as error:
            reject_message(body, message_id, error, services)
    except OffboardingError as error:
        if not error.retryable:
            raise
        log.warning("request is put back for %s: %s", TRY_AGAIN_AFTER, error)
        services.bus.send([_again(body, message_id, services)])


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
