"""The outbox: what transitions owe is sent, then cleared. Sending twice is harmless, forgetting is impossible."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.domain.errors import OffboardingError
from shared.domain.messages import Destination, OutboundMessage
from shared.stages.services import Services

log = logging.getLogger("offboarding")


def drain(services: Services, offboarding_id: str) -> bool:
    """Send and clear everything owed; False when something is left for the sweeper.

    Wake-ups and rejections go first and by themselves, so that a failing event topic never holds up a stage.
    """
    owed = services.store.outbox(offboarding_id)
    events = [item for item in owed if item.destination is Destination.EVENTS]
    others = [item for item in owed if item.destination is not Destination.EVENTS]
    sent_others = _send(services, offboarding_id, others)
    return _send(services, offboarding_id, events) and sent_others


def _send(services: Services, offboarding_id: str, messages: Sequence[OutboundMessage]) -> bool:
    if not messages:
        return True
    try:
        services.bus.send(messages)
        services.store.clear_outbox(offboarding_id, [item.id for item in messages])
    except OffboardingError as error:
        place = {"offboardingId": offboarding_id}
        log.warning("%d message(s) stay in the outbox: %s", len(messages), error, extra=place)
        return False
    return True
