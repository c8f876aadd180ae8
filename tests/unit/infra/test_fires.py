"""Each alert finds the fault that it is for, and nothing on a healthy run.

The rows are what the real code exports in a simulated tenant (tests/unit/infra/alerting/recorder.py).
Seen with `-s`: how many rows each query finds.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.functional.customers import late, nce
from tests.unit.infra.alerting.listed import LOG_ALERTS, METRIC_ALERTS, fires, found_by
from tests.unit.infra.alerting.plants import HOUR, PLANTS, Run, asked, healthy, hold, lived, wants_approval

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def well(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two days on which all goes well."""
    return healthy(tmp_path_factory.mktemp("healthy"))


def test_every_alert_has_its_fault() -> None:
    assert set(PLANTS) == set(LOG_ALERTS)


def test_the_healthy_run_has_seen_what_it_says(well: Run) -> None:
    said = "\n".join(str(row.get("Message")) for row in well.rows)
    for word in ("state.removed", "state.waiting.verify", "waits_for_person", "approved", "refresh_token_age_days=0"):
        assert word in said
    assert said.count("swept ") > 500


@pytest.mark.parametrize("name", list(LOG_ALERTS))
def test_how_many_rows_it_finds(name: str, well: Run, tmp_path: Path) -> None:
    run = PLANTS[name](tmp_path)
    faulty = found_by(LOG_ALERTS[name], run.rows, run.now)
    good = found_by(LOG_ALERTS[name], well.rows, well.now)
    print(f"{name}: healthy {len(good)}, faulty {len(faulty)}")  # noqa: T201 the table, seen with -s
    assert faulty, f"silent on its fault; the last rows were {run.rows[-3:]}"
    assert good == []


@pytest.mark.parametrize("after", [HOUR * number for number in (1, 6, 24)])
@pytest.mark.parametrize("name", list(LOG_ALERTS))
def test_silent_at_other_times_of_a_healthy_run(name: str, well: Run, after: timedelta) -> None:
    """At the end of an hour in which requests came, were approved, and waited."""
    early = (
        {"no-renewal", "no-snapshot"} if after < timedelta(days=1) else set()
    )  # it says so itself: until the first night
    at = well.now - timedelta(hours=49) + after
    assert bool(found_by(LOG_ALERTS[name], well.rows, at)) is (name in early)


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("approvals-waiting", lambda: lived(timedelta(hours=22), prepare=asked, world=wants_approval())),
        ("paid-unattended", lambda: lived(timedelta(hours=26), prepare=asked, world=wants_approval())),
        ("window-closing", lambda: lived(HOUR, prepare=asked, world=wants_approval(nce(started="-P1D")))),
        ("renewal-coming", lambda: lived(HOUR, prepare=asked, world=wants_approval(late("Late", "+P20D")))),
        ("kill-switch-held", lambda: lived(timedelta(hours=3), prepare=hold)),
        ("stale-sign-in", lambda: lived(timedelta(hours=26))),
    ],
)
def test_silent_while_it_is_early(name: str, run: Callable[[], Run]) -> None:
    found = run()
    assert found_by(LOG_ALERTS[name], found.rows, found.now) == []


GB = 1024**3
SAMPLES: dict[str, tuple[list[float], list[float]]] = {
    "dead-letters": ([0, 0, 0], [0, 0, 1]),
    "old-messages": ([3, 0, 4], [3, 1, 4]),
    "bus-throttled": ([2, 3, 4], [4, 3, 4]),
    "bus-nearly-full": ([0.1 * GB, 0.79 * GB], [0.1 * GB, 0.81 * GB]),
    "record-nearly-full": ([79 * GB], [81 * GB]),
    "evidence-nearly-full": ([79 * GB], [81 * GB]),
    "record-throttled": ([0, 5], [5, 6]),
}
"""What Azure counts in one window, by hand: without and with the fault."""


def test_every_metric_has_its_samples() -> None:
    assert set(SAMPLES) == set(METRIC_ALERTS)


@pytest.mark.parametrize("name", list(SAMPLES))
def test_metrics_fire_above_their_threshold(name: str) -> None:
    good, faulty = SAMPLES[name]
    assert [fires(METRIC_ALERTS[name], samples) for samples in (good, faulty)] == [False, True]
