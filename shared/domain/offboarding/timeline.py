"""What the timeline tells: a name for everything that can happen to an offboarding."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

from shared.domain.decisions.blockers import ActionKind
from shared.domain.offboarding.states import Stage, Status

Happening = NewType("Happening", str)
"""A name that is put together of enums: see `of_action`, `of_state`, `of_fault`."""


class TimelineEvent(StrEnum):
    """Everything that happens and is no write to a holding, no change of state and no fault."""

    RECEIVED = "received"
    IDENTIFIED = "identified"
    REMOVED_BEFORE = "removed_before"
    INVENTORY = "inventory"
    PLANNED = "planned"
    REFUND_REFUSED = "refund.refused"
    OPEN_INTENTS = "open_intents"
    READ_BACK = "read_back"
    GATE = "gate"
    REMOVAL_INTENDED = "removal.intended"
    REMOVAL_ACCEPTED = "removal.accepted"
    REMOVAL_REFUSED = "removal.refused"
    REMOVAL_PROBED = "removal.probed"
    GDAP_INTENDED = "gdap.intended"
    GDAP_ACCEPTED = "gdap.accepted"
    GDAP_REFUSED = "gdap.refused"
    PROOFS = "proofs"
    PROVEN = "proven"
    CLAIM_TAKEN_OVER = "claim.taken_over"
    WINDOW_CLOSING = "window_closing"
    RENEWAL_COMING = "renewal_coming"
    WOKEN = "woken"
    REMINDED = "reminded"
    LOOKED_AGAIN = "looked_again"
    RESUMED = "resumed"
    OVERRIDDEN = "overridden"
    APPROVED = "approved"
    APPROVAL_REJECTED = "approval.rejected"
    BRAKE_RELEASED = "brake.released"
    WORD_NOT_NEEDED = "word_not_needed"
    WITHDRAWAL_ASKED = "withdrawal.asked"
    RESTORED = "restored"
    RESCHEDULED = "rescheduled"
    CLAIM_RELEASED = "claim.released"
    RECORD_RESTORED = "record.restored"


class ActionStep(StrEnum):
    """How far a write to a holding got. INTENDED: before the call. NOT_STARTED: no time was left for it. The others
    are its answer; UNCLEAR: none, or one that settles nothing."""

    INTENDED = "intended"
    NOT_STARTED = "not_started"
    ACCEPTED = "accepted"
    POSTPONED = "postponed"
    REFUSED = "refused"
    ALREADY_DONE = "already_done"
    UNCLEAR = "unclear"


def of_action(kind: ActionKind, step: ActionStep) -> Happening:
    """A write to a holding, such as `cancel.accepted`."""
    return Happening(f"{kind.value}.{step.value}")


def of_state(status: Status, stage: Stage | None) -> Happening:
    """A state that was entered, such as `state.waiting.verify`."""
    return Happening(f"state.{status.value}.{stage.value}" if stage else f"state.{status.value}")


def of_fault(code: str) -> Happening:
    """An attempt that failed, such as `fault.unavailable`; `code` is that of the error."""
    return Happening(f"fault.{code}")
