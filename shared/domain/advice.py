"""What a person reads when the pipeline cannot work: cause, consequence, what to do."""

from __future__ import annotations

from dataclasses import dataclass

CONSENT = "run python3 dev.py consent and sign in with multifactor authentication as an Admin agent"
DOCTOR = "python3 dev.py doctor"
RESUME = ", then resume."
"""The last step of every advice about an offboarding."""


def advice_of(action: str) -> str:
    """What to do about an offboarding that stopped, as a sentence for the operator."""
    return f"{action[0].upper()}{action[1:]}{RESUME}"


def action_of(advice: str) -> str:
    """The same for somebody who runs a command: there is no offboarding to resume."""
    return advice.removesuffix(RESUME).removesuffix(".")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that keeps the pipeline from working: cause, consequence, what to do. `code` is Microsoft's or ours."""

    check: str
    code: str
    cause: str
    consequence: str
    action: str

    @property
    def text(self) -> str:
        """For people, one line."""
        return f"{self.cause}. {self.consequence}. What to do: {self.action}."
