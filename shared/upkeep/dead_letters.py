"""What happens to dead-lettered messages: shown on the offboarding, or taken in once more. Nothing is lost.

A letter that cannot be dealt with now stays where it is until the next round; nothing here raises because of a letter.
"""

from __future__ import annotations

import functools
import logging
from datetime import timedelta

from shared.contracts.wake_up import parse_wake_up
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, OffboardingError
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage
from shared.intake.reject import reject_message
from shared.intake.take_in import take_in
from shared.operations.mark import mark_for_attention
from shared.pipeline.core.services import Services
from shared.ports.bus import DeadLetter

log = logging.getLogger("offboarding")
AT_A_TIME = 50


def watch(services: Services) -> int:
    """One round over all dead-letter queues, bounded; returns how many letters were dealt with.

    Requests come first: a stage's wake-up is in the store as well. A queue that cannot be read holds up no other; a
    third of a claim (which outlasts functionTimeout) after the beginning the rest is left to the next round.
    """
    ends = services.clock.monotonic() + services.pace.claim / timedelta(seconds=3)

    def handle(stage: Stage | None, letter: DeadLetter) -> bool:
        if services.clock.monotonic() >= ends:
            return False
        return watch_request(letter, services) if stage is None else watch_stage(stage, letter, services)

    done = 0
    for stage in (None, *Stage):
        if services.clock.monotonic() >= ends:
            break
        try:
            done += services.bus.dead_letters(stage, functools.partial(handle, stage), AT_A_TIME)
        except OffboardingError as error:
            log.warning("%s; the next round tries again", error)
    return done


def watch_stage(stage: Stage, letter: DeadLetter, services: Services) -> bool:
    """Mark the offboarding of a dead-lettered stage message as needing attention, with the reason of the queue.

    True when the letter was dealt with, False when it has to stay.
    """
    why = _why(letter)
    try:
        wake = parse_wake_up(letter.body, stage)
        text = f"a message of stage {stage.value} was dead-lettered: {why}"
        reason = Reason(
            ReasonCode.DEAD_LETTERED, text, "Look for the exception in the log, fix its cause, then resume."
        )
        if not mark_for_attention(wake, reason, services):
            log.warning("dead letter of stage %s: %s; its offboarding goes on or is finished", stage.value, why)
    except InvalidRequestError as error:
        log.warning("unreadable dead letter on queue %s: %s (%s)", stage.value, error, why)
    except Exception as error:
        log.exception("dead letter of stage %s could not be shown: %s", stage.value, why)
        # A defect stays one. The sweeper wakes the offboarding: the letter told nothing that the store does not know.
        return not (isinstance(error, OffboardingError) and error.retryable)
    return True


def watch_request(letter: DeadLetter, services: Services) -> bool:
    """Take a dead-lettered request in once more; if even that fails, keep it on the rejected queue for people.

    A body that no function can be given is kept there at once. False when nothing works: the letter stays.
    """
    why = _why(letter)
    error = InvalidRequestError(ReasonCode.DEAD_LETTERED, "$", f"the request could not be processed: {why}")
    if letter.readable:
        try:
            log.warning("dead-lettered request is taken in once more: %s", why)
            take_in(letter.body, letter.message_id, services)
        except Exception:
            log.exception("dead-lettered request could not be taken in")
        else:
            return True
    else:
        rule = "must be sent as data (JMS: BytesMessage), not as an AMQP value or sequence; the copy holds its content"
        error = InvalidRequestError(ReasonCode.UNREADABLE_BODY, "$", rule)
    try:
        reject_message(letter.body, letter.message_id, error, services)
    except Exception:
        log.exception("dead-lettered request %s stays on the dead-letter queue", letter.message_id)
        return False
    return True


def _why(letter: DeadLetter) -> str:
    reason = letter.reason or "no reason given"
    return f"{reason}: {letter.description}" if letter.description else reason
