"""Durations, moments and the business clock."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.simulator.clock import FileClock, ManualClock, read_offset
from local.simulator.times import iso7, parse_moment, parse_period

START = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "months", "delta"),
    [
        ("P1Y", 12, timedelta(0)),
        ("P3Y2M", 38, timedelta(0)),
        ("P30D", 0, timedelta(days=30)),
        ("P2W", 0, timedelta(weeks=2)),
        ("PT3S", 0, timedelta(seconds=3)),
        ("PT0S", 0, timedelta(0)),
        ("P1M2DT3H4M5.5S", 1, timedelta(days=2, hours=3, minutes=4, seconds=5.5)),
    ],
)
def test_reads_durations(text: str, months: int, delta: timedelta) -> None:
    period = parse_period(text)
    assert (period.months, period.delta) == (months, delta)


@pytest.mark.parametrize("text", ["", "P", "PT", "1D", "P1", "P-1D", "-P1D", "P1D ", "P999Y", "P99999999999999D"])
def test_refuses_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|200 years"):
        parse_period(text)


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    assert parse_period("P1M").after(START) == datetime(2026, 2, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+P1D", START + timedelta(days=1)),
        ("-P3D", START - timedelta(days=3)),
        ("2026-05-04T00:00:00Z", datetime(2026, 5, 4, tzinfo=UTC)),
        ("2026-05-04T02:00:00+02:00", datetime(2026, 5, 4, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
    ],
)
def test_reads_moments(text: str, expected: datetime) -> None:
    assert parse_moment(text, START) == expected


def test_seven_digits() -> None:
    assert iso7(START.replace(microsecond=12)) == "2026-01-31T12:00:00.0000127Z"


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3650)))
def test_a_manual_clock_only_goes_forward(by: timedelta) -> None:
    clock = ManualClock(START)
    clock.advance(by)
    assert clock.now() == START + by
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-by - timedelta(microseconds=1))


def test_the_clock_file_is_durable(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    assert read_offset(path) == timedelta(0)
    clock = FileClock(path, lambda: START)
    clock.advance(timedelta(days=3))
    assert json.loads(path.read_text()) == {"offsetSeconds": 259200.0}
    assert FileClock(path, lambda: START).now() == START + timedelta(days=3)
    assert [one.name for one in tmp_path.iterdir()] == ["clock.json"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"offsetSeconds": true}', '{"offsetSeconds": "1"}'])
def test_a_broken_clock_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "clock.json"
    path.write_text(content)
    with pytest.raises(ValueError, match="clock file"):
        read_offset(path)
