"""What a stage may decide: the only ways in which an offboarding goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.offboarding import Reason, Stage, Status


@dataclass(frozen=True, slots=True)
class Next:
    """Go to another stage, now or at a date."""

    stage: Stage
    reason: Reason | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Come back to the same stage at a date, visibly waiting for a reason (I4)."""

    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class Continue:
    """The work budget of this invocation is used: go on at once with a new message."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Only a person can go on."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Finish:
    """A terminal state: the outcome event follows (I5)."""

    status: Status
    reason: Reason


Outcome = Next | Again | Continue | Attention | Finish
