"""For all tests: what is said at the end of a run. Here, because the controller of a parallel run reads no deeper."""

from __future__ import annotations

import pytest

from tests.contract.store.summary import lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each store whose contract tests were in the run."""
    said = lines(terminalreporter.stats)
    if said:
        terminalreporter.section("contract of the stores")
    for line in said:
        terminalreporter.line(line)
