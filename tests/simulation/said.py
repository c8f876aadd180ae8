"""What people said about an offboarding, kept by the test itself: the oracle of whether a write was approved.

Nothing here asks the application for its verdict. An approval counts by who said it, when, and by the list of steps
that its digest stands for; the order of words and writes is that of the evidence, where each write is told before it
is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from local.world.world import World
from offboard.verify_evidence import read

Step = tuple[str, str, bool]
"""(holding, action, irreversible)"""
FINAL = frozenset({"cancel", "cancel_order", "return_reservation", "reduce_seats", "remove", "terminate"})
NOT_OF_A_HOLDING = frozenset({"remove", "terminate"})
PUTS_BACK = frozenset(
    {"restore_status", "restore_suspension", "restore_terms", "reactivate_azure_subscription", "restore_renewal"}
)
VALID_FOR = timedelta(days=14)


def digest_of(steps: Iterable[Step]) -> str:
    """As docs say that it is made: SHA-256 over the sorted list, as compact JSON."""
    return hashlib.sha256(
        json.dumps([list(item) for item in sorted(steps)], separators=(",", ":")).encode()
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class Approved:
    """`after`: how many entries the evidence had by then. `sure`: it was answered; else its process died over it."""

    by: str
    at: datetime
    steps: frozenset[Step]
    after: int
    sure: bool = False


@dataclass(slots=True)
class Said:
    """Everything that took effect, in order. `shown`: what each digest stood for when somebody saw it."""

    requester: str
    shown: dict[str, frozenset[Step]] = field(default_factory=dict)
    approved: list[Approved] = field(default_factory=list)
    rejected_after: list[int] = field(default_factory=list)
    withdrawn_after: int | None = None
    counted: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Write:
    """A write that the tenant saw, as the evidence tells it before it was sent. `changed`: it had an effect."""

    seq: int
    at: datetime
    step: Step
    changed: bool


def writes_of(world: World, offboarding_id: str) -> list[Write]:
    """What the tenant saw, by the evidence's words for it."""
    sent: dict[str, bool] = {}
    for entry in world.journal():
        if entry["method"] != "GET" and entry["requestId"]:
            sent[entry["requestId"]] = sent.get(entry["requestId"], False) or bool(entry["effects"])
    content = "".join(f"{line}\n" for line in world.store.evidence(offboarding_id)).encode()
    found = []
    for entry in read(content).entries:
        data = entry["data"]
        if entry["kind"] == "intent" and data["requestId"] in sent:
            holding, action = str(data["holding"]), str(data["action"])
            key = "delegated_admin" if action == "terminate" else holding
            at = datetime.fromisoformat(entry["at"])
            step = (key, action, action in FINAL)
            found.append(Write(int(entry["seq"]), at, step, sent[data["requestId"]]))
    return found


@dataclass(frozen=True, slots=True)
class Rule:
    """What the partner decided; `holdings`: with `above`, more than so many need an approval."""

    name: str
    holdings: int = 0

    @property
    def settings(self) -> dict[str, Any]:
        above = {"OFFBOARDING_APPROVAL_HOLDINGS": str(self.holdings)} if self.name == "above" else {}
        return {"OFFBOARDING_APPROVAL": self.name, **above}

    def needed_for(self, writes: list[Write], number: int, said: Said) -> bool:
        """Whether this write needs an approval, by what was written and said until then."""
        decided = [*said.rejected_after, *(item.after for item in said.approved if item.sure)]
        if any(after < writes[number].seq for after in decided):
            return True
        so_far = [item.step for item in writes[: number + 1] if item.step[1] not in NOT_OF_A_HOLDING]
        if self.name == "irreversible":
            return any(final for _, _, final in so_far)
        if self.name == "above":
            return len({key for key, _, _ in so_far}) > self.holdings
        return self.name == "always"


def judge(world: World, offboarding_id: str, said: Said, rule: Rule) -> None:
    """Every write that needs an approval has a valid one; nothing but putting back follows a withdrawal."""
    writes = writes_of(world, offboarding_id)
    for number, write in enumerate(writes):
        withdrawn = said.withdrawn_after is not None and write.seq > said.withdrawn_after
        assert (write.step[1] in PUTS_BACK) is withdrawn, f"{write} beside a withdrawal at {said.withdrawn_after}"
        if withdrawn or not rule.needed_for(writes, number, said):
            continue
        said.counted["writes that needed an approval"] += 1
        why_not = [_why_not(item, write, writes[:number], said) for item in said.approved]
        assert "" in why_not, f"{write} without a valid approval: {why_not}; asked for by {said.requester}"
        said.counted["removals that needed an approval"] += write.step[1] == "remove"
    removals = sum(write.step[1] == "remove" for write in writes)
    said.counted["removals asked for"] += removals
    gone = sum(effect["effect"] == "relationship.removed" for entry in world.journal() for effect in entry["effects"])
    assert gone <= removals
    said.counted["relationships removed"] += gone


def _why_not(approval: Approved, write: Write, before: list[Write], said: Said) -> str:
    """Why this approval does not cover the write; "" when it does."""
    if approval.by == said.requester:
        return "by the requester"
    if write.seq <= approval.after:
        return "later"
    if any(approval.after < rejected < write.seq for rejected in said.rejected_after):
        return "rejected since"
    ends = approval.at + VALID_FOR
    if write.at >= ends and not any(earlier.changed and earlier.at < ends for earlier in before):
        return "expired"
    return "" if write.step in approval.steps else "of another plan"
