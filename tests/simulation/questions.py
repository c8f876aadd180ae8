"""Random requests, and random answers to what Microsoft leaves open, as Hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from local.simulator.knobs.listing import knob_list
from shared.domain.policy import Restriction
from tests.simulation.tenants import RESELLER

ALSO_ASKED = st.lists(st.sampled_from(("again", "joins", "differs", "dry", "unreadable")), max_size=3, unique=True)
COMMITMENTS = st.sampled_from(("wait_for_term_end", "wait_for_term_end", "stop_and_report"))
_OPEN = {info.name: tuple(v for v in info.values or () if v != info.default) for info in knob_list() if info.open}
KNOBS: st.SearchStrategy[dict[str, Any]] = st.lists(st.sampled_from(sorted(_OPEN)), max_size=4, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: st.sampled_from(_OPEN[name]) for name in names})
)
"""Up to four open questions, answered in another way than by default."""


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of a request beside the customer."""
    asked: dict[str, Any] = {"commitments": draw(COMMITMENTS)}
    narrows = draw(st.booleans())
    restrictions = draw(st.lists(st.sampled_from([item.value for item in Restriction]), max_size=2, unique=True))
    if narrows and restrictions:
        asked["restrictions"] = restrictions
    if draw(st.sampled_from((False, False, True))):
        asked["suspendedLicences"] = "reactivate_to_end"
    reseller = draw(st.sampled_from((None, None, None, RESELLER.mpn_id, "4712")))
    return asked | ({"resellerMpnId": reseller} if reseller else {})
