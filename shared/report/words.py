"""The words of a report: how it ended, what things are, what was done about them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.decisions.blockers import ActionKind
from shared.domain.explained.happenings import ACTIONS
from shared.domain.explained.record import KINDS
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import HoldingKind
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.wording import stamp

KIND_WORDS: Mapping[HoldingKind, str] = MappingProxyType(
    {kind: text.partition(";")[0].removeprefix("A ").removeprefix("An ").rstrip(".") for kind, text in KINDS.items()}
)
ACTION_WORDS: Mapping[ActionKind, str] = MappingProxyType({kind: text.rstrip(".") for kind, text in ACTIONS.items()})
STATE_WORDS: Mapping[ActionState, str] = MappingProxyType(
    {
        ActionState.INTENDED: "no answer yet",
        ActionState.ACCEPTED: "accepted; the effect was not seen yet",
        ActionState.CONFIRMED: "done; the effect was seen",
        ActionState.POSTPONED: "refused for now",
        ActionState.REFUSED: "refused",
        ActionState.FORGIVEN: "refused, or without effect; may be tried again",
    }
)
_ENDED: Mapping[Status, str] = MappingProxyType(
    {
        Status.REMOVED: "The reseller relationship with {name} is removed, and that is proven",
        Status.ALREADY_REMOVED: "The reseller relationship with {name} is gone, and no removal of ours was accepted",
        Status.PLANNED: "The offboarding of {name} was only planned, as a dry run; nothing was changed",
        Status.STOPPED: "The offboarding of {name} was stopped, and the relationship was not ended",
        Status.REJECTED: "The request to offboard {name} was rejected",
        Status.JOINED: "The request to offboard {name} joined another offboarding of the same customer",
        Status.WITHDRAWN: "The offboarding of {name} was called off",
    }
)


def outcome_of(head: Offboarding, name: str) -> str:
    """How it ended, or that it has not, in one sentence. `name` is text of others and is put in last."""
    if head.finished:
        sentence = _ENDED[head.status] + f" ({stamp(head.updated_at)})."
    else:
        sentence = "The offboarding of {name} has not ended: " + f"it is {head.status.value.replace('_', ' ')}."
    before, _, after = sentence.partition("{name}")
    return f"{before}{name}{after}"
