"""The words of a report: how it ended, what things are, what was done about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.explained.happenings import ACTIONS, EVENTS
from shared.domain.explained.record import KINDS, PROOFS
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import HoldingKind
from shared.domain.offboarding.proofs import ProofName
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.removal import RemovalState
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import stamp

KIND_WORDS: Mapping[HoldingKind, str] = MappingProxyType(
    {kind: text.partition(";")[0].removeprefix("A ").removeprefix("An ").rstrip(".") for kind, text in KINDS.items()}
)
ACTION_WORDS: Mapping[ActionKind, str] = MappingProxyType({kind: text.rstrip(".") for kind, text in ACTIONS.items()})
PROOF_WORDS: Mapping[ProofName, str] = MappingProxyType(
    {name: text.partition(";")[0].rstrip(".") for name, text in PROOFS.items()}
)
EVENT_WORDS: Mapping[TimelineEvent, str] = MappingProxyType(
    {event: text.partition("; the entry has")[0].rstrip(".") for event, text in EVENTS.items()}
)
"""Without the hint where the reason stands: in a report it stands beside."""
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
REMOVAL_WORDS: Mapping[RemovalState, str] = MappingProxyType(
    {
        RemovalState.INTENDED: "asked for; there is no clear answer",
        RemovalState.UNCLEAR: "asked for; there is no clear answer",
        RemovalState.ACCEPTED: "accepted by Partner Center",
        RemovalState.REFUSED: "refused by Partner Center",
        RemovalState.WITHOUT_EFFECT: "asked for, without effect",
    }
)
NOT_BEGUN: Mapping[Status, str] = MappingProxyType(
    {
        Status.ALREADY_REMOVED: "not begun: the relationship was gone already",
        Status.PLANNED: "not begun: it was only planned",
        Status.STOPPED: "not begun: it was stopped",
        Status.REJECTED: "not begun: the request was rejected",
        Status.JOINED: "not begun: the request joined another offboarding",
        Status.WITHDRAWN: "not begun: it was withdrawn",
        Status.RESTORING: "not begun: it was withdrawn",
    }
)
"""Where no call that ends the relationship was sent, and why none will be."""
_PROOF_NAMES = re.compile(rf"\b({'|'.join(ProofName)})\b")
_ENDED: Mapping[Status, str] = MappingProxyType(
    {
        Status.REMOVED: "The reseller relationship with {name} is removed, and that is proven",
        Status.ALREADY_REMOVED: "The reseller relationship with {name} is gone, and no removal of ours was accepted",
        Status.PLANNED: "The offboarding of {name} was only planned, as a dry run; nothing was changed",
        Status.STOPPED: "The offboarding of {name} was stopped, and it did not end the relationship",
        Status.REJECTED: "The request to offboard {name} was rejected",
        Status.JOINED: "The request to offboard {name} joined another offboarding of the same customer",
        Status.WITHDRAWN: "The offboarding of {name} was called off, and it did not end the relationship",
    }
)
_CAME_BACK = "The relationship with {name} came back after its removal, and the offboarding was stopped"
_LIVE: Mapping[Status, str] = MappingProxyType(
    {
        Status.RECEIVED: "its request was taken in and is not planned yet",
        Status.PLANNING: "it is being planned",
        Status.AWAITING_APPROVAL: "its plan waits for the approval of a second person",
        Status.SCHEDULED: "it is planned, and its work has not begun",
        Status.RUNNING: "it is being worked on",
        Status.WAITING: "it waits",
        Status.RESTORING: "it was called off, and what it changed is being put back",
        Status.NEEDS_ATTENTION: "it needs a person",
    }
)


def outcome_of(head: Offboarding, name: str) -> tuple[str, str, str]:
    """How it ended, or that it has not, in one sentence: before the name, the name (text of others), after it."""
    if head.finished:
        came_back = head.reason is not None and head.reason.code is ReasonCode.CAME_BACK
        sentence = (_CAME_BACK if came_back else _ENDED[head.status]) + f" ({stamp(head.updated_at)})."
    else:
        sentence = "The offboarding of {name} has not ended: " + f"{_LIVE[head.status]}."
    before, _, after = sentence.partition("{name}")
    return before, name, after


def spoken(text: str) -> str:
    """The text with the names of proofs as words, as sentences of the record list them."""
    return _PROOF_NAMES.sub(lambda found: found[0].replace("_", " "), text)


def sentence(text: str) -> str:
    """Words of the record as a sentence: a capital at its beginning, a full stop at its end; empty stays empty."""
    shown = text[:1].upper() + text[1:]
    return shown if not shown or shown.endswith((".", "!", "?")) else f"{shown}."
