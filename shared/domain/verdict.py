"""What a refusal of a service means for the work."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """What a refusal means for the work: every error code that is known leads to exactly one of these.

    RETRY_LATER: the same call may work after a wait. ALREADY_DONE: what was asked for seems to be so already, or what
    it was asked for is not in the state that was read; either way only reading again tells. CANNOT_NOW: the holding
    cannot be changed like this, and goes on blocking. OPERATOR: a person has to do something first. BUG: the pipeline
    should never have made this call.
    """

    RETRY_LATER = "retry_later"
    ALREADY_DONE = "already_done"
    CANNOT_NOW = "cannot_now"
    OPERATOR = "operator"
    BUG = "bug"
