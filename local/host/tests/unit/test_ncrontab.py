"""NCRONTAB: what a schedule means, and what it refuses."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.ncrontab import parse_schedule


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("0 */5 * * * *", "2026-11-22T10:04:59", "2026-11-22T10:05:00"),
        ("0 */5 * * * *", "2026-11-22T10:05:00", "2026-11-22T10:10:00"),
        ("*/10 * * * * *", "2026-11-22T10:05:51.5", "2026-11-22T10:06:00"),
        ("0 0 * * * *", "2026-11-22T23:00:00", "2026-11-23T00:00:00"),
        ("0 30 9 * * Mon-Fri", "2026-11-22T12:00:00", "2026-11-23T09:30:00"),  # the 22nd is a Sunday
        ("0 30 9 * * 1-5", "2026-11-20T09:30:00", "2026-11-23T09:30:00"),
        ("0 0 0 * * sunday", "2026-11-22T00:00:00", "2026-11-29T00:00:00"),
        ("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 0 13 * 5", "2026-11-22T00:00:00", "2027-08-13T00:00:00"),  # day and weekday must both match
        ("0 0 5-7 * * *", "2026-11-22T07:00:00", "2026-11-23T05:00:00"),
        ("15,45 0 0 1 jan,JUL *", "2026-11-22T00:00:00", "2027-01-01T00:00:15"),
        ("0 10/20 * * * *", "2026-11-22T10:31:00", "2026-11-22T10:50:00"),
        ("0 1-59/15 * * * *", "2026-11-22T10:47:00", "2026-11-22T11:01:00"),
        ("*/5 * * * *", "2026-11-22T10:04:30", "2026-11-22T10:05:00"),  # five fields: second 0
    ],
)
def test_next_occurrence(schedule: str, after: str, expected: str) -> None:
    assert parse_schedule(schedule).next_after(_utc(after)) == _utc(expected)


def test_other_zones_are_counted_in_utc() -> None:
    local = datetime(2026, 11, 22, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert parse_schedule("0 0 0 * * *").next_after(local) == _utc("2026-11-22T00:00:00")


@pytest.mark.parametrize(
    ("schedule", "part"),
    [
        ("00:05:00", "TimeSpan"),
        ("* * * *", "has 4 fields"),
        ("0 60 * * * *", "minute: 60 is outside 0 to 59"),
        ("0 0 * * * 7", "day of week: 7 is outside 0 to 6"),
        ("0 0 0 0 * *", "day: 0 is outside"),
        ("0 0 0 * foo *", "month: 'foo'"),
        ("0 */0 * * * *", "step 0"),
        ("0 20-10 * * * *", "runs backwards"),
        ("0 *-5 * * * *", "cannot read"),
        ("0 1, * * * *", "cannot read"),
        ("0 0 0 31 feb *", "never occurs"),
        ("0 0 mon * * *", "hour: 'mon'"),
    ],
)
def test_a_bad_schedule_names_field_and_rule(schedule: str, part: str) -> None:
    with pytest.raises(ValueError, match=part):
        parse_schedule(schedule)


@st.composite
def _fields(draw: st.DrawFn) -> tuple[str, set[int], set[int]]:
    """A schedule over seconds and minutes with the values that it stands for."""
    texts, values = [], []
    for _ in range(2):
        first = draw(st.integers(0, 59))
        last = draw(st.integers(first, 59))
        step = draw(st.integers(1, 30))
        texts.append(f"{first}-{last}/{step}")
        values.append(set(range(first, last + 1, step)))
    return f"{texts[0]} {texts[1]} * * * *", values[0], values[1]


@given(_fields(), st.integers(946_684_800, 4_102_444_800))
def test_no_occurrence_is_skipped_or_invented(fields: tuple[str, set[int], set[int]], start: int) -> None:
    text, seconds, minutes = fields
    after = datetime.fromtimestamp(start, UTC)
    found = parse_schedule(text).next_after(after)
    assert found > after
    assert found.second in seconds
    assert found.minute in minutes
    second = after.replace(microsecond=0) + timedelta(seconds=1)
    while second < found:
        assert not (second.second in seconds and second.minute in minutes)
        second += timedelta(seconds=1 if second.minute in minutes else 60 - second.second)
