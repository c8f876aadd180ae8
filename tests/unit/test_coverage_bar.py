"""The bar for what the tests reach: a gap needs an exception with a reason, an exception needs a gap."""

from __future__ import annotations

from typing import Any

import pytest

from tests.coverage_bar import Room, gaps, problems, rooms


def file(statements: int, missing: int, branches: int, partial: int, **functions: Any) -> dict[str, Any]:
    summary = {
        "num_statements": statements,
        "missing_lines": missing,
        "num_branches": branches,
        "missing_branches": partial,
    }
    return {"summary": summary, "functions": functions}


def function(lines: list[int], branches: list[list[int]]) -> dict[str, Any]:
    return {"missing_lines": lines, "missing_branches": branches}


FILES = {
    "shared/domain/decisions/gate.py": file(
        10, 1, 4, 1, judge=function([7], []), **{"Permit.check": function([], [[3, 5]]), "": function([], [])}
    ),
    "shared/domain/plan.py": file(10, 0, 0, 0),
    "shared/pipeline/__init__.py": file(3, 1, 0, 0, **{"": function([2], [])}),
    "shared/adapters/clock.py": file(10, 5, 0, 0, now=function([1, 2, 3, 4, 5], [])),
}
JUDGE = "shared.domain.decisions.gate:judge"
CHECK = "shared.domain.decisions.gate:Permit.check"
MODULE = "shared.pipeline:<module>"


def test_the_table_counts_by_room() -> None:
    assert rooms(FILES) == [
        Room("shared/adapters", 10, 5, 0, 0),
        Room("shared/domain", 20, 1, 4, 1),
        Room("shared/pipeline", 3, 1, 0, 0),
    ]
    assert Room("shared/domain", 20, 1, 4, 1).share == pytest.approx(100 * 22 / 24)
    assert Room("shared/ports", 0, 0, 0, 0).share == 100


def test_gaps_are_named_where_the_bar_is_and_nowhere_else() -> None:
    assert [gap.name for gap in gaps(FILES)] == [JUDGE, CHECK, MODULE]


@pytest.mark.parametrize(
    ("excepted", "said"),
    [
        ({JUDGE: "why", CHECK: "why", MODULE: "why"}, []),
        ({"gate:judge": "why", "gate:Permit.check": "why", MODULE: "why"}, []),
        ({JUDGE: "why", CHECK: "why"}, ["not reached: shared.pipeline:<module> (shared/pipeline/__init__.py): line 2"]),
        ({JUDGE: "why", MODULE: "why"}, [f"not reached: {CHECK} (shared/domain/decisions/gate.py): branch 3->5"]),
        ({JUDGE: " ", CHECK: "why", MODULE: "why"}, [f"excepted without a reason: {JUDGE}"]),
        (
            {JUDGE: "why", CHECK: "why", MODULE: "why", "shared.domain.plan:plan": "why"},
            ["excepted, but reached or not there: shared.domain.plan:plan"],
        ),
    ],
)
def test_a_gap_needs_an_exception_and_an_exception_a_gap(excepted: dict[str, str], said: list[str]) -> None:
    assert problems(gaps(FILES), excepted) == said
