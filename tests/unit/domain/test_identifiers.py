"""Identifiers are deterministic and stable: what was stored or sent by an earlier version is found again by its id."""

import re
from uuid import UUID

import pytest

from shared.domain.offboarding.identifiers import (
    event_id,
    ms_request_id,
    offboarding_id,
    rejection_id,
    root_span_id,
    trace_id,
    traceparent,
    wake_up_id,
)

OFFBOARDING = "7d0f6c53-1f4f-5d4a-9a52-3d6b0f5c9a11"


def test_the_ids_of_a_released_version_stay_what_they_are() -> None:
    """A changed id would send a write twice, or take a repeated request for a new one."""
    assert offboarding_id("crm-1") == "1b43a641-3b3e-5122-a3e7-80493d32bccc"
    assert rejection_id("m-1", b"{}") == "b04ccd85-4fe1-50e2-a60d-55248a3772f8"
    assert ms_request_id(OFFBOARDING, "subscription:a", "cancel", 1) == "a5c531a0-ba18-5595-9267-4c229b67a39c"
    assert event_id(OFFBOARDING, "outcome") == "dc4a90ce-6dbd-566e-b322-e6e866310b3c"
    assert wake_up_id(OFFBOARDING, "verify", 12) == f"{OFFBOARDING}:verify:12"


def test_everything_that_is_named_tells_ids_apart() -> None:
    found = [
        offboarding_id("crm-1"),
        offboarding_id("crm-2"),
        rejection_id("m-1", b"{}"),
        rejection_id("m-1", b"[]"),
        rejection_id("m-2", b"{}"),
        ms_request_id("o-1", "a", "cancel", 1),
        ms_request_id("o-2", "a", "cancel", 1),
        ms_request_id("o-1", "b", "cancel", 1),
        ms_request_id("o-1", "a", "suspend", 1),
        ms_request_id("o-1", "a", "cancel", 2),
        event_id("o-1", "outcome"),
        event_id("o-2", "outcome"),
        event_id("o-1", "1"),
    ]

    assert len(set(found)) == len(found)
    assert {UUID(item).version for item in found} == {5}
    wake_ups = [wake_up_id("o", "plan", 1), wake_up_id("o", "plan", 2), wake_up_id("o", "verify", 1)]
    assert len({*wake_ups, wake_up_id("p", "plan", 1)}) == 4


@pytest.mark.parametrize("n", [1, 2])
def test_the_same_intent_has_the_same_request_id(n: int) -> None:
    assert ms_request_id("o", "a", "cancel", n) == ms_request_id("o", "a", "cancel", n)


def test_the_trace_of_an_offboarding_is_its_id_and_its_root_follows_from_it() -> None:
    identity = offboarding_id("req-1")
    assert trace_id(identity) == identity.replace("-", "")
    assert re.fullmatch(rf"00-{trace_id(identity)}-{root_span_id(identity)}-01", traceparent(identity))
    assert re.fullmatch(r"(?!0{16})[0-9a-f]{16}", root_span_id(identity))
    assert root_span_id(identity) != root_span_id(offboarding_id("req-2"))


@pytest.mark.parametrize("identity", ["no id of ours", "", str(UUID(int=0))])
def test_whatever_stands_in_a_message_has_a_valid_trace(identity: str) -> None:
    assert re.fullmatch(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01", traceparent(identity))
