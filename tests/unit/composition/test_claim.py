"""The claim outlasts the function, and the last write that may start under it: no second handler works beside it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.transport import Timeouts
from shared.composition.connections import timeouts_of
from shared.composition.settings import read_settings
from shared.domain.errors import ClaimEndingError, SettingsError
from shared.domain.pace import Pace
from shared.ports.write_deadline import require_time_to_write, writes_start_before
from tests.unit.test_settings import GOOD

ROOT = Path(__file__).resolve().parents[3]
HOST = json.loads((ROOT / "host.json").read_text())


def span(text: str) -> timedelta:
    hours, minutes, seconds = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


FUNCTION_TIMEOUT = span(HOST["functionTimeout"])
RENEWAL = span(HOST["extensions"]["serviceBus"]["maxAutoLockRenewalDuration"])


def settings_with(claim: float, call: float, margin: float, function_timeout: str = "00:00:01") -> dict[str, str]:
    return {
        **GOOD,
        "ServiceBus": "x",
        "AzureFunctionsJobHost__functionTimeout": function_timeout,
        "OFFBOARDING_CLAIM_SECONDS": str(claim),
        "OFFBOARDING_CALL_TIMEOUT_SECONDS": str(call),
        "OFFBOARDING_MARGIN_SECONDS": str(margin),
    }


def test_claim_function_timeout_and_lock_renewal_fit_each_other() -> None:
    """A message comes again when its lock is not renewed any more: the function has ended, the claim has not."""
    pace = Pace()
    assert pace.claim > FUNCTION_TIMEOUT
    assert RENEWAL > FUNCTION_TIMEOUT
    assert timedelta(0) < pace.work_budget < pace.write_window
    assert pace.work_budget < FUNCTION_TIMEOUT


@given(st.floats(0.1, 400), st.floats(0.1, 100), st.floats(1, 3000))
def test_what_is_accepted_leaves_time_for_a_whole_call_and_the_margin(call: float, margin: float, claim: float) -> None:
    values = settings_with(claim, call, margin)
    if claim < min(5, call) + 3 * call + margin + 1.001:
        return
    settings = read_settings(values)
    real: Timeouts = timeouts_of(settings)
    pace = settings.pace
    assert pace.longest_call.total_seconds() == pytest.approx(real.longest, abs=1e-5)
    assert pace.write_window.total_seconds() + real.longest + margin <= claim + 1e-5
    assert pace.write_window >= timedelta(seconds=1)


@pytest.mark.parametrize(
    ("claim", "accepted"), [("185", False), ("215", False), ("215.9", False), ("216", True), ("900", True)]
)
def test_the_boundary_is_one_call_the_margin_and_a_second(claim: str, accepted: bool) -> None:
    values = settings_with(float(claim), 60, 30)
    if accepted:
        assert read_settings(values).pace.write_window >= timedelta(seconds=1)
        return
    with pytest.raises(SettingsError, match=r"must be at least 216: one call may take 5 \+ 3 × 60 = 185 s"):
        read_settings(values)


@pytest.mark.parametrize(("claim", "accepted"), [("599", False), ("600", False), ("600.5", True)])
def test_a_claim_shorter_than_the_function_is_refused(claim: str, accepted: bool) -> None:
    """Without the overriding setting, host.json's functionTimeout counts."""
    values = settings_with(float(claim), 60, 30, "")
    if accepted:
        assert read_settings(values).pace.claim > FUNCTION_TIMEOUT
        return
    with pytest.raises(SettingsError, match=r"a function may run for 600 s \(functionTimeout\)"):
        read_settings(values)


def test_no_write_starts_after_the_deadline_and_reads_go_on() -> None:
    now = [10.0]
    with writes_start_before(20.0, lambda: now[0]):
        require_time_to_write()
        now[0] = 20.0
        require_time_to_write()
        now[0] = 20.001
        with pytest.raises(ClaimEndingError):
            require_time_to_write()
    require_time_to_write()
