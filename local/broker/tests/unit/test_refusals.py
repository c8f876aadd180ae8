"""Refused clients are told on the log, within bounds."""

from __future__ import annotations

import logging

import pytest

from local.broker.front.refusals import LINES, WINDOW_SECONDS, Refusals


def test_the_same_is_told_once_in_a_window(caplog: pytest.LogCaptureFixture) -> None:
    time = [0.0]
    refusals = Refusals(lambda: time[0])
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            refusals.note("token for sb://x/orders", "401 InvalidSignature")
        assert caplog.messages == ["refused a client a token for sb://x/orders: 401 InvalidSignature"]
        time[0] = WINDOW_SECONDS
        refusals.note("token for sb://x/orders", "401 InvalidSignature")
    assert caplog.messages[1:] == ["2 more refusals, or the same again, were not shown", caplog.messages[0]]


def test_many_different_ones_are_bounded_and_one_line_each(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(lambda: 0.0)
    with caplog.at_level(logging.WARNING):
        for number in range(10 * LINES):
            refusals.note("link", f"no {number}\nforged line {'x' * 10_000}")
    assert len(caplog.messages) == LINES
    assert all("\n" not in message and len(message) < 300 for message in caplog.messages)
