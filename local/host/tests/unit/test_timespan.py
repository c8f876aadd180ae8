"""Durations as host.json writes them."""

from datetime import timedelta

import pytest

from local.host.timespan import parse_timespan


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:05:00", timedelta(minutes=5)),
        ("1.02:03:04", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("00:00:00.8", timedelta(milliseconds=800)),
        ("00:00:00.1234567", timedelta(microseconds=123456)),
        ("10:30", timedelta(hours=10, minutes=30)),
        ("-00:00:01", timedelta(seconds=-1)),
    ],
)
def test_reads_the_net_form(text: str, expected: timedelta) -> None:
    assert parse_timespan(text) == expected


@pytest.mark.parametrize("text", ["", "5", "00:60:00", "24:00:00", "00:00:00:00", "five minutes", "00:05:00 h"])
def test_refuses_anything_else(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|hours go up"):
        parse_timespan(text)
