"""What telemetry tells of a wake-up whose end comes in two parts."""

from __future__ import annotations

from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.outcome import Next
from shared.pipeline.may_act import Why, WhyNot
from shared.pipeline.watched import DROPPED, LOST, Watched
from shared.ports.telemetry import Properties, Property
from tests.unit.support.heads import head_of


class Spy:
    """A span that remembers."""

    def __init__(self) -> None:
        self.said: dict[Property, object] = {}

    def say(self, properties: Properties, /) -> None:
        self.said.update(properties)

    def fail(self) -> None:
        raise AssertionError("it did not fail")


def test_what_was_done_stays_the_outcome_when_the_store_is_gone_afterwards() -> None:
    span = Spy()
    seen = Watched(span)
    head = head_of(Status.RUNNING, Stage.VERIFY)
    seen.acted(head, head, Next(Stage.REMOVE))
    seen.dropped(WhyNot(Why.STORE, "no answer"))
    assert (seen.outcome, span.said[Property.WHY]) == ("next", "store")


def test_a_lost_claim_is_told_apart_from_what_was_never_begun() -> None:
    for why, outcome in ((Why.LOST, LOST), (Why.CLAIMED, DROPPED)):
        seen = Watched(Spy())
        seen.dropped(WhyNot(why, "another one"))
        assert seen.outcome == outcome
