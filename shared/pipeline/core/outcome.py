"""What a stage may decide: the only ways in which an offboarding goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status


@dataclass(frozen=True, slots=True)
class Next:
    """Go to another stage, now or at a date."""

    stage: Stage
    reason: Reason | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Come back to the same stage at a date, visibly waiting for a reason (I4).

    `status`: how it is shown meanwhile; None: as at work while it is being planned, as waiting afterwards. `trouble`:
    something is tried again and again, which is told when it begins, once a day, and when it ends.
    """

    at: datetime
    reason: Reason
    status: Status | None = None
    trouble: bool = False


@dataclass(frozen=True, slots=True)
class Continue:
    """The work budget of this invocation is used: go on at once with a new message."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Only a person can go on, who is told what to do: without that it cannot be built."""

    code: ReasonCode
    text: str
    what_to_do: str

    def __post_init__(self) -> None:
        if not self.what_to_do.strip():
            raise ValueError(f"attention for {self.code} says nothing about what to do")

    @property
    def reason(self) -> Reason:
        """The reason that is stored."""
        return Reason(self.code, self.text, self.what_to_do)


@dataclass(frozen=True, slots=True)
class Finish:
    """A terminal state: the outcome event follows (I5)."""

    status: Status
    reason: Reason


Outcome = Next | Again | Continue | Attention | Finish
