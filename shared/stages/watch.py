"""What happens to dead-lettered messages: shown on the offboarding, or taken in once more. Nothing is lost.

The services come as a function, so that settings that cannot be read do not make a watcher raise either.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from shared.contracts.wake_up import parse_wake_up
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding import Reason, Stage
from shared.stages.intake import take_in
from shared.stages.operate import mark_for_attention
from shared.stages.reject import reject_message
from shared.stages.services import Services

log = logging.getLogger("offboarding")
PAUSE, PAUSE_SECONDS = threading.Event(), 5.0


def watch_stage(body: bytes, stage: Stage, properties: Mapping[str, str], services: Callable[[], Services]) -> None:
    """Mark the offboarding of a dead-lettered stage message as needing attention, with the reason of the queue."""
    why = _why(properties)
    try:
        wake = parse_wake_up(body, stage)
        text = f"a message of stage {stage.value} was dead-lettered: {why}"
        reason = Reason("dead_lettered", text, "Look for the exception in the log, mend its cause, then resume.")
        if mark_for_attention(wake, reason, services()):
            return
        log.warning("dead letter of stage %s: %s; its offboarding goes on or is finished", stage.value, why)
    except InvalidRequestError as error:
        log.warning("unreadable dead letter on queue %s: %s (%s)", stage.value, error, why)
    except Exception:
        # The sweeper wakes the offboarding from the store; the dead letter told nothing that the store does not know.
        log.exception("dead letter of stage %s could not be shown: %s", stage.value, why)


def watch_request(
    body: bytes, message_id: str, properties: Mapping[str, str], services: Callable[[], Services]
) -> None:
    """Take a dead-lettered request in once more; if even that fails, keep it on the rejected queue for people.

    Raises when neither is possible: the message then stays on the dead-letter queue, which has no end of deliveries. It
    is the one place that pauses, so that broken settings or a broken store do not become a busy loop.
    """
    why = _why(properties)
    try:
        log.warning("dead-lettered request is taken in once more: %s", why)
        take_in(body, message_id, services())
        return
    except Exception:
        log.exception("dead-lettered request could not be taken in")
    try:
        error = InvalidRequestError("dead_lettered", "$", f"the request could not be processed: {why}")
        reject_message(body, message_id, error, services())
    except Exception:
        log.exception("dead-lettered request %s stays on the dead-letter queue", message_id)
        PAUSE.wait(PAUSE_SECONDS)
        raise


def _why(properties: Mapping[str, str]) -> str:
    reason = properties.get("DeadLetterReason", "no reason given")
    description = properties.get("DeadLetterErrorDescription", "")
    return f"{reason}: {description}" if description else reason
