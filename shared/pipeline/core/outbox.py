"""The outbox: what transitions owe is sent, then cleared. Sending twice is harmless, forgetting is impossible."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from shared.domain.errors import OffboardingError
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.pipeline.core.export import export_evidence
from shared.pipeline.core.services import Services

log = logging.getLogger("offboarding")


def drain(services: Services, offboarding_id: str) -> bool:
    """Send and clear everything owed; False when something is left for the sweeper.

    Wake-ups and rejections go first and by themselves, so that a failing event topic never holds up a stage; finished
    evidence goes last.
    """
    owed = services.store.outbox(offboarding_id)
    events = [item for item in owed if item.destination is Destination.EVENTS]
    others = [item for item in owed if item.destination not in (Destination.EVENTS, Destination.EVIDENCE)]
    sent_others = _send(services, offboarding_id, others)
    sent_events = _send(services, offboarding_id, events)
    exports = [item for item in owed if item.destination is Destination.EVIDENCE]
    return _export(services, offboarding_id, exports) and sent_events and sent_others


def _export(services: Services, offboarding_id: str, owed: Sequence[OutboundMessage]) -> bool:
    if not owed:
        return True
    try:
        export_evidence(services, offboarding_id)
        services.store.clear_outbox(offboarding_id, [item.id for item in owed])
    except OffboardingError as error:
        log.warning("the evidence is exported later: %s", error, extra={"offboardingId": offboarding_id})
        return False
    return True


def _send(services: Services, offboarding_id: str, messages: Sequence[OutboundMessage]) -> bool:
    if not messages:
        return True
    try:
        services.bus.send(messages)
        services.store.clear_outbox(offboarding_id, [item.id for item in messages])
    except OffboardingError as error:
        place = {"offboardingId": offboarding_id, "event": "outbox.kept"}
        log.warning("%d message(s) stay in the outbox: %s", len(messages), error, extra=place)
        return False
    return True
