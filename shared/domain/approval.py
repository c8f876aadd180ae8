"""Approval: a second person says that this plan may be carried out, and what goes beyond it needs a word of its own
(I11)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.decisions.planned_steps import PlannedStep
from shared.domain.people.actor import Actor
from shared.domain.people.rights import Role


class ApprovalRule(StrEnum):
    """Which plans need an approval."""

    ALWAYS = "always"
    IRREVERSIBLE = "irreversible"
    ABOVE = "above"
    NEVER = "never"


NO_APPROVAL = "no plan needs an approval"
UNATTENDED = "whoever may send to the request queue or holds a function key can have customers removed unattended"
_NEEDS = {
    ApprovalRule.ALWAYS: "every plan needs",
    ApprovalRule.IRREVERSIBLE: "a plan that nothing can put back needs",
    ApprovalRule.ABOVE: "a plan above the limits needs",
}


def who_approves(rule: ApprovalRule) -> str:
    """What the rule means for whoever runs the pipeline: who can approve, or that nobody is asked."""
    if rule is ApprovalRule.NEVER:
        return f"{NO_APPROVAL}: {UNATTENDED}"
    return f"{_NEEDS[rule]} an approval by a person with the role {Role.APPROVE} who did not make the request"


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a plan is about: holdings that are written to, their seats, and the days that are paid on."""

    holdings: int
    seats: int
    paid_days: int


@dataclass(frozen=True, slots=True)
class ApprovalPolicy:
    """What the partner decided. With rule ABOVE a plan with more than any of the limits needs an approval; None: not
    looked at. An approval is good for `valid_for` until the first write."""

    rule: ApprovalRule = ApprovalRule.NEVER
    above_holdings: int | None = None
    above_seats: int | None = None
    above_paid_days: int | None = None
    valid_for: timedelta = timedelta(days=14)

    def requires(self, steps: Iterable[PlannedStep], weight: Weight, on_holdings: frozenset[str]) -> bool:
        """Whether a plan of these steps needs an approval. `on_holdings`: keys of real holdings; the removal of the
        relationship can be asked back, so it alone is not irreversible."""
        if self.rule is ApprovalRule.ABOVE:
            limits = (
                (self.above_holdings, weight.holdings),
                (self.above_seats, weight.seats),
                (self.above_paid_days, weight.paid_days),
            )
            return any(limit is not None and found > limit for limit, found in limits)
        if self.rule is ApprovalRule.IRREVERSIBLE:
            return any(step.irreversible and step.key in on_holdings for step in steps)
        return self.rule is ApprovalRule.ALWAYS


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which plan, why and when (aware UTC, business time). `steps`: a short hash of each step."""

    by: Actor
    why: str
    at: datetime
    digest: str
    steps: tuple[str, ...]

    def lacks(self, steps: Iterable[PlannedStep]) -> tuple[PlannedStep, ...]:
        """What goes beyond it: a new holding, or another action. Fewer steps need no new approval."""
        covered = frozenset(self.steps)
        return tuple(step for step in steps if mark(step) not in covered)

    def expired(self, policy: ApprovalPolicy, now: datetime) -> bool:
        """Too old to begin with."""
        return now >= self.at + policy.valid_for


def marks(steps: Iterable[PlannedStep]) -> tuple[str, ...]:
    """The short hash of each step: a plan of 500 holdings has to fit into the record."""
    return tuple(sorted({mark(step) for step in steps}))


def covered(steps: Iterable[str]) -> str:
    """SHA-256 over the short hashes of the steps of an approval: what it covers, as the evidence has it."""
    return hashlib.sha256("\n".join(steps).encode()).hexdigest()


def mark(step: PlannedStep) -> str:
    """64 bits of the SHA-256 of one step."""
    text = f"{step.key}\n{step.action}\n{step.irreversible}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
