"""The page of what needs a decision, the first that asked first; several are resumed at once, each as if alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from shared.console.buttons import resume_code
from shared.console.decide import WORDS, carry_word, require_typed
from shared.console.form import Form
from shared.console.one import renewals_by_resume
from shared.console.several import AT_MOST, Result, gone
from shared.console.visitor import Visitor
from shared.contracts.etags import header_etag
from shared.domain.codes import ReasonCode
from shared.domain.decisions.overrides import naming
from shared.domain.decisions.renewals import OTHER_WAYS, PAID_AGAIN, Renewal
from shared.domain.errors import InvalidRequestError, OffboardingError
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.needs import Need, NeedKind, needs_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.restored import BY_ITSELF_ALONE
from shared.operations.front_door import FrontDoor
from shared.operations.resume import lets_renew, require_of_a_list
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.words import what_is_asked
from shared.ports.listing import Order
from shared.ports.store import Filter, Stored
from shared.ports.walk import walk

LOOKED_AT = 1000
"""So many that need a person are read for it, those with a plan to approve and a window that closes among them."""
SHOWN = 200
"""So many are shown, the oldest; where there are more, the page says so."""
WORD = "resume"


@dataclass(frozen=True, slots=True)
class Asking:
    """One that asks a person. `code`: for what, empty where this person cannot resume it here. `renews`: what a resume
    would let renew, and be paid for again."""

    offboarding_id: str
    name: str
    domain: str
    why: str
    what_to_do: str
    code: str
    since: datetime
    etag: str
    renews: tuple[Renewal, ...]
    lets_renew: bool


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the page shows. `more`: there are more than that."""

    found: tuple[Asking, ...]
    more: bool
    paid_again: str = PAID_AGAIN
    other_ways: str = OTHER_WAYS


def decisions(visitor: Visitor, services: Services) -> Decisions:
    """What asks now, with what is needed to resume it: each is read again, with its ETag."""
    now = services.clock.now()
    needing = walk(services.store, Filter(needed_at=now, order=Order.CREATED), LOOKED_AT)
    heads = list(islice((head for head in needing if _decided_about(head, now) is not None), SHOWN + 1))
    stored = (services.store.load(head.id) for head in heads[:SHOWN])
    found = [asking for item in stored if item is not None and (asking := _asking(item, visitor, services)) is not None]
    return Decisions(tuple(sorted(found, key=lambda item: item.since)), len(heads) > SHOWN)


def resume_several(form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> tuple[Result, ...]:
    """A result for each that was chosen. Raises InvalidRequestError, with nothing changed, where none is chosen, or
    something would renew and the person did not type how many."""
    door.require(visitor.actor, visitor.roles, WORDS[WORD])  # before anything is said about what is there
    chosen = tuple(dict.fromkeys(form.several("chosen")))
    if not 1 <= len(chosen) <= AT_MOST:
        rule = f"choose at least one, and at most {AT_MOST}. Nothing was changed"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "chosen", rule, str(len(chosen)))
    found = {identity: services.store.load(identity) for identity in chosen}
    renewing = sum(lets_renew(Session(stored, services)) for stored in found.values() if stored is not None)
    if renewing:
        require_typed(form, f"renew {renewing}")
    return tuple(_results(found.items(), form, visitor, door, services))


def _decided_about(head: Offboarding, now: datetime) -> Need | None:
    return next((need for need in needs_of(head, now) if need.kind is NeedKind.DECISION), None)


def _asking(stored: Stored, visitor: Visitor, services: Services) -> Asking | None:
    head, session = stored.offboarding, Session(stored, services)
    need, reason = _decided_about(head, services.clock.now()), head.reason
    if need is None:
        return None
    return Asking(
        offboarding_id=head.id,
        name=name_of(head),
        domain=domain_of(head),
        why=reason.text if reason is not None else "",
        what_to_do=naming(need.what_to_do, head.id),
        code="" if what_is_asked(session) in BY_ITSELF_ALONE else resume_code(session, visitor),
        since=head.stage_since or head.created_at,
        etag=header_etag(stored.etag),
        renews=renewals_by_resume(session),
        lets_renew=lets_renew(session),
    )


def _results(
    found: Iterable[tuple[str, Stored | None]], form: Form, visitor: Visitor, door: FrontDoor, services: Services
) -> Iterable[Result]:
    for identity, stored in found:
        if stored is None:
            yield gone(identity)
            continue
        seen = {"etag": form.get(f"etag-{identity}", ""), "reasonCode": form.get(f"code-{identity}", "")}
        name = name_of(stored.offboarding)
        try:
            require_of_a_list(Session(stored, services))
            carry_word(WORD, stored.offboarding, Form({**form, **seen}.items()), visitor, door, services)
        except OffboardingError as error:
            yield Result(identity, name, str(error), error.operator_action)
        else:
            yield Result(identity, name, "", "")
