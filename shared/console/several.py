"""Several plans approved or rejected at once: each as if it came alone, about what the person saw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.console.decide import CANNOT_BE_UNDONE, WORDS, carry_word, require_typed
from shared.console.form import Form
from shared.console.visitor import Visitor
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, OffboardingError
from shared.domain.offboarding.called import name_of
from shared.operations.front_door import FrontDoor
from shared.pipeline.core.services import Services

AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of them; `problem` is empty where it was done."""

    offboarding_id: str
    name: str
    problem: str
    what_to_do: str


def decide_several(form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> tuple[str, tuple[Result, ...]]:
    """The word, and a result for each that was chosen. Raises InvalidRequestError when nothing of it can be done."""
    word, chosen = form.get("word", ""), dict.fromkeys(form.several("chosen"))
    if word not in ("approve", "reject"):
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "word", "must be approve or reject", word)
    door.require(visitor.actor, visitor.roles, WORDS[word])  # before anything is said about what is there
    if not 1 <= len(chosen) <= AT_MOST:
        rule = f"choose at least one plan, and at most {AT_MOST}. Nothing was changed"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "chosen", rule, str(len(chosen)))
    if word in CANNOT_BE_UNDONE:
        require_typed(form, f"approve {len(chosen)}")
    return word, tuple(_results(chosen, word, form, visitor, door, services))


def gone(identity: str) -> Result:
    """Of what is not there any more."""
    return Result(identity, identity, "there is no such offboarding", "Load the page again.")


def _results(
    chosen: Iterable[str], word: str, form: Form, visitor: Visitor, door: FrontDoor, services: Services
) -> Iterable[Result]:
    for identity in chosen:
        seen = {"etag": form.get(f"etag-{identity}", ""), "planDigest": form.get(f"digest-{identity}", "")}
        stored = services.store.load(identity)
        if stored is None:
            yield gone(identity)
            continue
        name = name_of(stored.offboarding)
        try:
            carry_word(word, stored.offboarding, Form({**form, **seen}.items()), visitor, door, services)
        except OffboardingError as error:
            yield Result(identity, name, str(error), error.operator_action)
        else:
            yield Result(identity, name, "", "")
