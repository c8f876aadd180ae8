"""What a form says takes effect: the same words as over the HTTP interface, by the same table of rights."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from shared.console.form import Form
from shared.console.standing import typed_word
from shared.console.visitor import Visitor
from shared.contracts.decision import parse_decision
from shared.contracts.given_reason import parse_reason, parse_resume
from shared.contracts.override import parse_override
from shared.contracts.reschedule import parse_reschedule
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.record import Offboarding
from shared.domain.people.actor import Actor
from shared.domain.people.rights import Operation
from shared.operations.approve import Decision, deciding
from shared.operations.carry_out import Word, carry_out
from shared.operations.front_door import FrontDoor
from shared.operations.override import overriding
from shared.operations.reschedule import NewSchedule, rescheduling
from shared.operations.resume import resuming
from shared.operations.withdraw import CalledOff, withdrawing
from shared.pipeline.core.services import Services

WORDS: Mapping[str, Operation] = MappingProxyType(
    {
        "approve": Operation.APPROVE,
        "reject": Operation.REJECT,
        "withdraw": Operation.WITHDRAW,
        "reschedule": Operation.RESCHEDULE,
        "resume": Operation.RESUME,
        "override": Operation.OVERRIDE,
    }
)
CANNOT_BE_UNDONE = frozenset({"approve", "override"})
"""What follows may be written to the customer at once: the person types whom it is about."""


def decide(word: str, offboarding_id: str, form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> bool:
    """False when there is no such offboarding, or no such word. `form` has `etag`: what was looked at.

    Raises DeniedError, InvalidRequestError naming the field, and what `carry_out` raises.
    """
    operation = WORDS.get(word)
    if operation is not None and not visitor.may_ever(operation):
        door.require(visitor.actor, visitor.roles, operation)  # nothing is said about what is there
    stored = services.store.load(offboarding_id) if operation is not None else None
    if operation is None or stored is None:
        return False
    head = stored.offboarding
    door.require(visitor.actor, visitor.roles, operation, head)
    if word in CANNOT_BE_UNDONE:
        require_typed(form, typed_word(head))
    return carry_word(word, head, form, visitor, door, services)


def carry_word(word: str, head: Offboarding, form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> bool:
    """What was typed has been looked at; False when it is gone by now. Raises what `decide` does."""
    door.require(visitor.actor, visitor.roles, WORDS[word], head)
    said = _SAYING[word](form, visitor.actor, head)
    return carry_out(head.id, replace(said, etag=form.get("etag", "")), services) is not None


def require_typed(form: Form, wanted: str) -> None:
    """Raises InvalidRequestError unless the person typed whom it is about."""
    typed = form.get("typed", "").strip()
    if typed.casefold() != wanted.casefold():
        rule = f"must be typed to confirm what cannot be undone: {wanted}. Nothing was changed"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "typed", rule, typed)


def _body(form: Form, *names: str) -> bytes:
    """The fields that were filled in, as the JSON of the HTTP interface, so that its rules hold here too."""
    said: dict[str, Any] = {name: form[name] for name in names if form.get(name, "").strip()}
    return json.dumps(said).encode()


def _approve(form: Form, actor: Actor, _: Offboarding) -> Word:
    said = parse_decision(_body(form, "planDigest", "reason"))
    return deciding(Decision(True, said.plan_digest, actor, said.reason))


def _reject(form: Form, actor: Actor, _: Offboarding) -> Word:
    said = parse_decision(_body(form, "planDigest", "reason"))
    return deciding(Decision(False, said.plan_digest, actor, said.reason))


def _withdraw(form: Form, actor: Actor, _: Offboarding) -> Word:
    return withdrawing(CalledOff(actor, parse_reason(_body(form, "reason")).reason))


def _reschedule(form: Form, actor: Actor, head: Offboarding) -> Word:
    """An empty start begins at once; restrictions stay."""
    start = _utc(form.get("notBefore", ""))
    said = parse_reschedule(_body(Form({**form, "notBefore": start}.items()), "notBefore", "reason"))
    return rescheduling(NewSchedule(said.not_before, said.restricted(head.request), actor, said.reason))


def _resume(form: Form, actor: Actor, _: Offboarding) -> Word:
    said = parse_resume(_body(form, "reasonCode", "reason"))
    return resuming(actor, said.reason_code, said.reason)


def _override(form: Form, actor: Actor, _: Offboarding) -> Word:
    return overriding(parse_override(_body(form, "blockerKey", "cause", "reason"), actor))


_SAYING: Mapping[str, Callable[[Form, Actor, Offboarding], Word]] = MappingProxyType(
    {
        "approve": _approve,
        "reject": _reject,
        "withdraw": _withdraw,
        "reschedule": _reschedule,
        "resume": _resume,
        "override": _override,
    }
)


def _utc(text: str) -> str:
    """What a browser's field for date and time gives has no zone: the form says that it is UTC."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return text
    return f"{at.isoformat()}Z" if at.tzinfo is None else text
