"""Random customers with cancellation windows, and what stands in the way of their use for hours or days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from local.simulator.scenario.models import CustomerSpec, SubscriptionSpec
from local.simulator.tenant.kinds import Kind, Status
from tests.simulation.questions import KNOBS
from tests.simulation.tenants import named

PLACES = ("everywhere", "date", "refundOptions", "refundableQuantity", "action", "nowhere")
REFUSALS = (
    (409, "800082"),
    (400, "900278"),
    (500, "800003"),
    (503, "Unavailable"),
    (400, "4242"),
    (403, "999999"),
    (422, "SomethingNew"),
    (409, "Strange"),
)
"""Answers that pass: Microsoft is busy or down, or says something that nobody has described."""
WORDS = ("hibernated", "inGracePeriod", "42")
HOURS = st.sampled_from((1, 5, 20, 30, 60, 100, 130, 200, 400, 800))
_STARTED = st.sampled_from(("-P0DT1H", "-P1D", "-P2D", "-P2DT20H", "-P4D", "-P6D", "-P6DT20H", "-P8D", "-P20D"))
_ENDS_SOON = st.sampled_from(("+P1D", "+P3D", "+P9D", "+P20D"))
_OTHER_KNOBS = KNOBS.map(lambda drawn: {name: value for name, value in drawn.items() if name != "window_shows"})
TERMS = {
    Kind.NCE_LICENCE: ("P1M", "P1Y", "P3Y"),
    Kind.NCE_TRIAL: ("P1M",),
    Kind.SOFTWARE_SUBSCRIPTION: ("P1Y", "P3Y"),
    Kind.MARKETPLACE: ("P1M", "P1Y"),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Until so long after the start, writes to a subscription are refused like this, or it shows this status."""

    subscription: int
    lasts: timedelta
    refusal: tuple[int, str] | None = None
    word: str = ""

    def rule(self, identity: str) -> dict[str, Any]:
        """As the simulator takes it."""
        if self.refusal is None:
            match: dict[str, Any] = {"method": "GET", "pathRegex": "/subscriptions$", "times": None}
            rewrite = {"type": "rewrite", "set": {f"/items/{self.subscription}/status": self.word}}
            return {"match": match, "action": rewrite}
        status, code = self.refusal
        match = {"method": "PATCH", "pathRegex": f"/subscriptions/{identity}$", "times": None}
        return {"match": match, "action": {"type": "status", "status": status, "code": code}}


@st.composite
def _windowed(draw: st.DrawFn) -> SubscriptionSpec:
    kind = draw(st.sampled_from((Kind.NCE_LICENCE, *TERMS)))
    status = draw(st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.SUSPENDED)))
    term = draw(st.sampled_from(TERMS[kind]))
    if kind is Kind.NCE_LICENCE and status is Status.ACTIVE and draw(st.sampled_from((False, False, False, True))):
        return SubscriptionSpec(kind=kind, extended=True, started=draw(_STARTED))
    renews = draw(st.sampled_from((None, True, False))) if status is Status.ACTIVE else None
    if term != "P1M" and draw(st.booleans()):
        return SubscriptionSpec(kind=kind, status=status, term=term, term_ends=draw(_ENDS_SOON), auto_renew=renews)
    return SubscriptionSpec(kind=kind, status=status, term=term, started=draw(_STARTED), auto_renew=renews)


@st.composite
def _with_add_on(draw: st.DrawFn) -> tuple[SubscriptionSpec, ...]:
    base = SubscriptionSpec(kind=Kind.NCE_LICENCE, term="P1Y", started=draw(_STARTED))
    return base, SubscriptionSpec(kind=Kind.NCE_LICENCE, name="Add-on", term="P1Y", started=draw(_STARTED))


_ALONE = _windowed().map(lambda item: (item,))
_HELD = st.lists(st.one_of(_ALONE, _ALONE, _ALONE, _with_add_on()), min_size=1, max_size=3).map(named)


@st.composite
def _troubles(draw: st.DrawFn, held: int) -> tuple[Trouble, ...]:
    found = []
    for number in range(held):
        what = draw(st.sampled_from(("", "", "refused", "refused", "refused", "word")))
        lasts = timedelta(hours=draw(HOURS), minutes=7)
        if what == "refused":
            found.append(Trouble(number, lasts, refusal=draw(st.sampled_from(REFUSALS))))
        elif what == "word":
            found.append(Trouble(number, lasts, word=draw(st.sampled_from(WORDS))))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Windowed:
    """One random case: the customer, the answers to open questions, and the trouble."""

    customer: CustomerSpec
    knobs: dict[str, Any]
    troubles: tuple[Trouble, ...]
    starts_after: timedelta | None


@st.composite
def cases(draw: st.DrawFn) -> Windowed:
    """Any customer with windows, shown in any way, in any such trouble; some begin days later."""
    held = draw(_HELD)
    knobs = draw(_OTHER_KNOBS) | {"window_shows": draw(st.sampled_from(PLACES))}
    starts = draw(st.sampled_from((None, None, None, timedelta(days=2))))
    return Windowed(CustomerSpec(name="Windowed", subscriptions=held), knobs, draw(_troubles(len(held))), starts)
