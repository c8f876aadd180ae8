"""A pytest plugin that writes how long each test took, for the order in which mutants meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file to write to."""
    parser.addoption("--mutate-seconds", default="")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Only the controller of a parallel run has every report."""
    target = terminalreporter.config.getoption("--mutate-seconds")
    seconds: dict[str, float] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid] = seconds.get(report.nodeid, 0.0) + report.duration
    if target:
        Path(target).write_text(json.dumps(seconds))
