"""For all tests: which cases a quick run leaves out, what is said at the end, and what holds in every world.

Here, because the controller of a parallel run reads no deeper.
"""

from __future__ import annotations

import pytest

from local.world.evidence import check_evidence
from local.world.world import World
from tests.contract.store.summary import lines
from tests.functional.checks import check_agreement, check_routes
from tests.thinning import left_out

World.at_rest.append(check_evidence)
World.at_rest.append(check_routes)
World.at_rest.append(check_agreement)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """After -k and -m: what is left is thinned."""
    without = left_out(items)
    items[:] = [item for item in items if item not in without]
    if without:
        config.hook.pytest_deselected(items=[*without])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A line for each store whose contract tests were in the run."""
    said = lines(terminalreporter.stats)
    if said:
        terminalreporter.section("contract of the stores")
    for line in said:
        terminalreporter.line(line)
