"""carry_out: what somebody says about one offboarding takes effect, or is refused, while others may change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.contracts.etags import require_match
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, OffboardingError
from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.once import Once, was_done, with_call
from shared.domain.offboarding.record import Offboarding
from shared.domain.people.actor import Actor
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.watched import state_of
from shared.ports.store import Stored
from shared.ports.telemetry import NONE, Property, telemetry

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Word:
    """What `by` says. `done`: what happens to the offboarding by it, for the sentence about lost races. `act` stores
    all of it in one write, or raises why it cannot be done. `said_before`: it has had
    its effect, so that saying it again changes nothing. `etag`: of the record that was looked at; None: whatever it is
    now. `once`: a call that has its effect once, however often it is repeated; it is remembered in the same write.
    `calls_off`: it ends the offboarding, which is all that is taken of one that differs from its evidence."""

    by: Actor
    done: str
    act: Callable[[Session], None]
    said_before: Callable[[Offboarding], bool] | None = None
    etag: str | None = None
    once: Once | None = None
    who: Who = Who.OPERATOR
    calls_off: bool = False


class HalfRestoredError(OffboardingError):
    """The record is being put back from a snapshot, and nothing can be said about it before that has ended."""

    code = ReasonCode.RECORD_RESTORED
    retryable = True
    operator_action = "Run the same restore again until it ends, then say it again (docs/operations.md, Restore)."


class DiffersError(OffboardingError):
    """The restored record does not agree with its evidence: nothing of it is carried out, whoever says so."""

    code = ReasonCode.RECORD_DIFFERS
    operator_action = REASONS[ReasonCode.RECORD_DIFFERS].action


def carry_out(offboarding_id: str, word: Word, services: Services) -> Stored | None:
    """The offboarding after the word, with the ETag of exactly that; None when there is no such offboarding.

    Raises what `act` does, HalfRestoredError, DiffersError, IdempotencyKeyReusedError, PreconditionError where somebody
    looked at an older record, and ConcurrencyConflictError after five lost races.
    """
    current = telemetry()
    said = {Property.BUSINESS_TIME: services.clock.now().isoformat()} if current.on else NONE
    name = word.done.removeprefix("being ").removesuffix(" about")
    with current.span(f"word {name}", said, about=offboarding_id) as span:
        stored = _carry_out(offboarding_id, word, services)
        if stored is not None:
            span.say(state_of(stored.offboarding))
    return stored


def _carry_out(offboarding_id: str, word: Word, services: Services) -> Stored | None:
    for _ in range(ATTEMPTS):
        stored = services.store.load(offboarding_id)
        if stored is None:
            return None
        if _was_said(word, stored.offboarding):
            # The first one may have died before it sent what is owed.
            drain(services, offboarding_id)
            return stored
        if stored.offboarding.half_restored:
            # What is missing cannot be put back, and the rest of the evidence is still to be written.
            raise HalfRestoredError(f"offboarding {offboarding_id} is being put back from a snapshot")
        if stored.offboarding.differs and not word.calls_off:
            raise DiffersError(f"offboarding {offboarding_id} does not agree with its evidence since it was put back")
        if word.etag is not None:
            require_match(word.etag, stored.etag)
        session = Session(stored, services, word.who, by=word.by)
        done_once = with_call(session.offboarding.done_once, word.once)
        session.offboarding = replace(session.offboarding, done_once=done_once)
        try:
            word.act(session)
        except ConcurrencyConflictError:
            continue
        drain(services, offboarding_id)
        return Stored(session.offboarding, session.etag)
    raise ConcurrencyConflictError(f"offboarding {offboarding_id} changed {ATTEMPTS} times while it was {word.done}")


def _was_said(word: Word, head: Offboarding) -> bool:
    by_effect = word.said_before is not None and word.said_before(head)
    return was_done(head.done_once, word.once) or by_effect


def head_of(stored: Stored | None) -> Offboarding | None:
    """The offboarding alone, for whoever sends no ETag."""
    return stored.offboarding if stored is not None else None
