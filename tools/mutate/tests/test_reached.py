"""Which tests a mutant meets: those that reach its lines, and for a table those that import it."""

from __future__ import annotations

from pathlib import Path

from tools.mutate.reached import Reached, _by_import

TABLE, USER, OTHER = "tests/unit/test_table.py::test_a", "tests/unit/test_user.py::test_b", "tests/functional/t.py::c"
SECONDS = {TABLE: 20.0, USER: 29.0, OTHER: 1.0}
LINES = {"shared/x.py": {5: frozenset({USER}), 1: frozenset[str]()}}


def reached(by_import: dict[str, frozenset[str]]) -> Reached:
    return Reached(LINES, {"shared/x.py": frozenset({USER, OTHER})}, SECONDS, by_import)


def test_a_line_that_tests_run_meets_those_only() -> None:
    assert reached({"shared/x.py": frozenset({TABLE})}).tests("shared/x.py", 5, 5) == [USER]


def test_what_runs_at_import_meets_the_tests_that_import_it_before_those_that_use_it() -> None:
    assert reached({"shared/x.py": frozenset({TABLE})}).tests("shared/x.py", 1, 1) == [TABLE, USER, OTHER]
    assert reached({}).tests("shared/x.py", 1, 1) == [USER, OTHER]


def test_a_file_without_functions_meets_every_test() -> None:
    assert reached({"shared/y.py": frozenset({OTHER})}).tests("shared/y.py", 1, 1) == [OTHER, TABLE]


def test_imports_are_read_from_the_files_of_the_tests(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "from shared.domain.codes import ReasonCode\nimport shared.clock\n# shared.no\n"
    )
    found = _by_import(tmp_path, ["test_a.py::test_one", "test_a.py::test_two", "test_gone.py::test_three"])
    both = frozenset({"test_a.py::test_one", "test_a.py::test_two"})
    assert found == {"shared/domain/codes.py": both, "shared/clock.py": both}
