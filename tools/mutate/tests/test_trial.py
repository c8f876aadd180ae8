"""One mutant against tests: killed, survived, not reached or cut short, in a tree of two files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutate.sites import Mutant, mutants_of
from tools.mutate.trial import AT_FIRST, Fate, Result, try_out

CODE = "def count(least):\n    found = 0\n    while found < least:\n        found += 1\n    return found\n"
TESTS = """
from counting import count

def test_two(): assert count(2) == 2
def test_negative(): assert count(-1) == 0
def test_nothing(): pass
"""
LONG_ENOUGH = 60.0


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "counting.py").write_text(CODE)
    (tmp_path / "test_counting.py").write_text(TESTS)
    return tmp_path


def mutant(tree: Path, after: str) -> Mutant:
    return next(item for item in mutants_of(tree / "counting.py", tree) if item.after == after)


def tried(tree: Path, after: str, *tests: str, budget: float = LONG_ENOUGH) -> Result:
    return try_out(mutant(tree, after), [f"test_counting.py::{name}" for name in tests], tree, budget)


def test_a_mutant_is_killed_by_the_first_test_that_fails(tree: Path) -> None:
    assert tried(tree, "(found <= least)", "test_nothing", "test_two").fate is Fate.KILLED


def test_a_mutant_that_no_test_notices_survives(tree: Path) -> None:
    result = tried(tree, "(found <= least)", "test_nothing", "test_negative")
    assert (result.fate, result.tests) == (Fate.SURVIVED, 2)


def test_tests_beyond_the_first_call_are_run_as_well(tree: Path) -> None:
    many = "\n".join(f"def test_{number}(): pass" for number in range(AT_FIRST))
    (tree / "test_counting.py").write_text(f"{TESTS}\n{many}\n")
    result = tried(tree, "(found <= least)", *(f"test_{number}" for number in range(AT_FIRST)), "test_two")
    assert (result.fate, result.tests) == (Fate.KILLED, AT_FIRST + 1)


def test_a_line_that_no_test_reaches_is_told_apart(tree: Path) -> None:
    assert tried(tree, "(found <= least)").fate is Fate.UNREACHED


def test_a_mutant_that_loops_for_ever_is_cut_short(tree: Path) -> None:
    """`found` never grows. The process is ended after the budget, not after the time-out of one test."""
    dropped = next(
        item for item in mutants_of(tree / "counting.py", tree) if (item.kind, item.line) == ("statement dropped", 4)
    )
    assert try_out(dropped, ["test_counting.py::test_two"], tree, budget=1.0).fate is Fate.CUT_SHORT


def test_nothing_on_disk_changes(tree: Path) -> None:
    tried(tree, "(found <= least)", "test_two")
    assert (tree / "counting.py").read_text() == CODE
    assert not list(tree.rglob("counting.*.pyc"))
