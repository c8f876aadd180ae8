from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.moments import end_of_day, parse_moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-05-04T10:20:30Z", datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)),
        ("2026-05-04T10:20:30.1Z", datetime(2026, 5, 4, 10, 20, 30, 100_000, tzinfo=UTC)),
        ("2026-05-04T10:20:30.1234567Z", datetime(2026, 5, 4, 10, 20, 30, 123_456, tzinfo=UTC)),
        ("2026-05-04T10:20:30.1234567+00:00", datetime(2026, 5, 4, 10, 20, 30, 123_456, tzinfo=UTC)),
        ("2026-05-04T10:20:30-07:00", datetime(2026, 5, 4, 17, 20, 30, tzinfo=UTC)),
        ("2026-05-04T10:20:30+0530", datetime(2026, 5, 4, 4, 50, 30, tzinfo=UTC)),
        ("2026-05-04T10:20:30", datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)),
        ("2026-05-04T10: 20: 30Z", datetime(2026, 5, 4, 10, 20, 30, tzinfo=UTC)),
        ("2026-05-04TT10:20:30.5Z", datetime(2026, 5, 4, 10, 20, 30, 500_000, tzinfo=UTC)),
        ("2026-05-04", datetime(2026, 5, 4, tzinfo=UTC)),
        (" 2026-05-04T10:20Z ", datetime(2026, 5, 4, 10, 20, tzinfo=UTC)),
        ("9999-12-10T00:00:00Z", datetime(9999, 12, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_every_documented_format_is_read_in_utc(text: str, expected: datetime | None) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-13-01T00:00:00Z",
        "2026-02-30",
        "2026-05-04T24:00:00Z",
        "2026-05-04T10:20:30Zulu",
        "05/04/2026",
        "9999-12-31T23:59:59-10:00",
        "2026-05-04T10:20:30+99:99",
        "\u0662\u0660\u0662\u0666-05-04",
        "2026-05-04T10:20:30Z" * 3,
    ],
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_moment(text)


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9998, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_reading_gives_back_the_moment_that_was_written(naive: datetime, offset: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=offset)))
    assert parse_moment(moment.isoformat()) == moment


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_a_value_error(text: str) -> None:
    try:
        moment = parse_moment(text)
    except ValueError:
        return
    assert moment is None or moment.tzinfo is UTC


def test_an_inclusive_day_ends_with_its_last_second() -> None:
    assert end_of_day(datetime(2026, 5, 4, 8, 0, 0, 7, tzinfo=UTC)) == datetime(2026, 5, 4, 23, 59, 59, tzinfo=UTC)
