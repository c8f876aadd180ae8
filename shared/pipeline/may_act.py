"""Whether a wake-up may act, from the store alone; one that may not is dropped."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.offboarding.messages import WakeUp
from shared.domain.offboarding.states import RUNNABLE
from shared.domain.wording import stamp_to_the_second
from shared.pipeline.core.services import Services
from shared.ports.store import Stored

log = logging.getLogger("offboarding")


class Why(StrEnum):
    """Why nothing was done, for telemetry; the sentence is for people."""

    UNKNOWN = "unknown"
    NOT_RUNNABLE = "not_runnable"
    OTHER_STAGE = "other_stage"
    NOT_DUE = "not_due"
    CLAIMED = "claimed"
    RACED = "raced"
    LOST = "lost"
    STORE = "store"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a wake-up does nothing, or nothing more."""

    why: Why
    text: str


def why_not(stored: Stored | None, wake: WakeUp, services: Services) -> WhyNot | None:
    """None where it may act."""
    if stored is None:
        return WhyNot(Why.UNKNOWN, "no such offboarding")
    offboarding, now = stored.offboarding, services.clock.now()
    if offboarding.half_restored:
        # The entries of its evidence are a chain, of which the next ones are still to come.
        return WhyNot(Why.NOT_RUNNABLE, "the record is being put back from a snapshot")
    if offboarding.status not in RUNNABLE:
        return WhyNot(Why.NOT_RUNNABLE, f"the offboarding is {offboarding.status.value}")
    if offboarding.stage is not wake.stage:
        stage = offboarding.stage.value if offboarding.stage else "none"
        return WhyNot(Why.OTHER_STAGE, f"its stage is {stage}, not {wake.stage.value}")
    if offboarding.next_attempt_at is not None and offboarding.next_attempt_at > now:
        return WhyNot(Why.NOT_DUE, f"not due before {stamp_to_the_second(offboarding.next_attempt_at)}")
    if offboarding.claim is not None and offboarding.claim.expires_at > services.clock.machine():
        return WhyNot(Why.CLAIMED, "another handler holds the claim")
    return None


def dropped(wake: WakeUp, reason: WhyNot) -> WhyNot:
    """Log it, and hand it back."""
    log.warning(
        "%s %s wake-up dropped: %s (attempt %d)",
        wake.offboarding_id,
        wake.stage.value,
        reason.text,
        wake.attempt,
        extra={"offboardingId": wake.offboarding_id, "stage": wake.stage.value, "event": "wake_up.dropped"},
    )
    return reason
