"""What telemetry tells of a wake-up: one span, and a count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared.domain.offboarding.messages import WakeUp
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import TERMINAL
from shared.pipeline.core.outcome import Outcome
from shared.pipeline.core.services import Services
from shared.pipeline.may_act import Why, WhyNot
from shared.ports.telemetry import Metric, Property, Span, Value, telemetry

DROPPED, LOST, FAILED = "dropped", "lost", "failed"


class Watched:
    """A wake-up under way. It is told of once, when it ends."""

    def __init__(self, span: Span) -> None:
        self._span, self.outcome, self._said = span, FAILED, False

    def began(self, head: Offboarding) -> None:
        """`head`: as stored before the claim."""
        if head.claim is not None:
            self._span.say({Property.TAKEN_OVER: True})

    def dropped(self, reason: WhyNot) -> None:
        """Nothing was done, or nothing more."""
        if self.outcome is FAILED:
            self.outcome = LOST if reason.why is Why.LOST else DROPPED
        self._span.say({Property.OUTCOME: self.outcome, Property.WHY: reason.why.value})

    def acted(self, before: Offboarding, after: Offboarding, outcome: Outcome) -> None:
        """`after`: as it was stored."""
        self.outcome = type(outcome).__name__.lower()
        self._span.say({Property.OUTCOME: self.outcome, **state_of(after)})
        if after.counters.faults > before.counters.faults:
            self._span.fail()
            self._span.say({Property.FAULTS: after.counters.faults})


def state_of(head: Offboarding) -> dict[Property, Value]:
    """Where an offboarding stands."""
    known: dict[Property, Value] = {Property.STATUS: head.status.value}
    if head.stage is not None:
        known[Property.NEXT_STAGE] = head.stage.value
    if head.reason is not None:
        known[Property.REASON] = head.reason.code.value
    if head.next_attempt_at is not None and head.status not in TERMINAL:
        known[Property.NEXT_ATTEMPT_AT] = head.next_attempt_at.isoformat()
    return known


@contextmanager
def watched(wake: WakeUp, services: Services) -> Iterator[Watched]:
    """The block is one wake-up."""
    current, known = telemetry(), dict[Property, Value]()
    if current.on:
        known = {
            Property.STAGE: wake.stage.value,
            Property.ATTEMPT: wake.attempt,
            Property.BUSINESS_TIME: services.clock.now().isoformat(),
        }
    with current.span(f"wake-up {wake.stage.value}", known, about=wake.offboarding_id) as span:
        found = Watched(span)
        try:
            yield found
        finally:
            current.measure(Metric.WAKE_UPS, 1, {Property.STAGE: wake.stage.value, Property.OUTCOME: found.outcome})
