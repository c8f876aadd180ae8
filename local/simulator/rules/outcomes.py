"""What a cell of the truth table says: which answer a call gets, and what then happens to the holding."""

from dataclasses import dataclass
from enum import StrEnum


class Then(StrEnum):
    """The effect of an accepted change."""

    NOTHING = "nothing"
    SUSPEND = "suspend"
    CANCEL = "cancel"
    CANCEL_AT_RENEWAL = "cancelAtRenewal"
    REACTIVATE = "reactivate"
    EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Accept:
    """Answered with 200 (or 202)."""

    then: Then


@dataclass(frozen=True, slots=True)
class Refuse:
    """Answered with an error, without effect. *http* only where a code occurs with two statuses."""

    code: str
    http: int | None = None
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class ByKnob:
    """A cell that Microsoft leaves open: the named knob's value picks the outcome."""

    knob: str
    outcomes: tuple[tuple[str, Accept | Refuse], ...]


Outcome = Accept | Refuse | ByKnob


class Removal(StrEnum):
    """Whether the holding alone keeps the relationship from being removed; STRICT and ENDED depend on knobs."""

    BLOCKED = "blocked"
    STRICT = "strict"
    ENDED = "ended"
    ALLOWED = "allowed"
