"""Where code can be changed: each kind of mutant from a small source, and what is left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.mutate.sites import Mutant, all_mutants, mutants_of


def found(folder: Path, source: str) -> list[Mutant]:
    (folder / "code.py").write_text(source, encoding="utf-8")
    return mutants_of(folder / "code.py", folder)


def changes(folder: Path, source: str) -> set[tuple[str, str, str]]:
    return {(item.kind, item.before, item.after) for item in found(folder, source)}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if a: pass", {("condition negated", "a", "(not (a))")}),
        ("while a: pass", {("condition negated", "a", "(not (a))")}),
        ("x = b if a else c", {("condition negated", "a", "(not (a))")}),
        ("x = [b for b in c if b]", {("condition negated", "b", "(not (b))")}),
        ("x = not a", {("condition negated", "not a", "bool(a)")}),
        ("x = a < b", {("comparison swapped", "a < b", "(a <= b)")}),
        ("x = a <= b", {("comparison swapped", "a <= b", "(a < b)")}),
        ("x = a > b", {("comparison swapped", "a > b", "(a >= b)")}),
        ("x = a >= b", {("comparison swapped", "a >= b", "(a > b)")}),
        ("x = a == b", {("comparison swapped", "a == b", "(a != b)")}),
        ("x = a != b", {("comparison swapped", "a != b", "(a == b)")}),
        ("x = a is b", {("comparison swapped", "a is b", "(a is not b)")}),
        ("x = a is not b", {("comparison swapped", "a is not b", "(a is b)")}),
        ("x = a in b", {("comparison swapped", "a in b", "(a not in b)")}),
        ("x = a not in b", {("comparison swapped", "a not in b", "(a in b)")}),
        ("x = a and b", {("operand dropped", "a and b", "((b))"), ("operand dropped", "a and b", "((a))")}),
        ("x = a or b", {("operand dropped", "a or b", "((b))"), ("operand dropped", "a or b", "((a))")}),
        ("x = a + b", {("operator swapped", "a + b", "(a - b)")}),
        ("x = a - b", {("operator swapped", "a - b", "(a + b)")}),
        ("x = a | b", {("operator swapped", "a | b", "(a & b)")}),
        ("x = a & b", {("operator swapped", "a & b", "(a | b)")}),
        ("x = min(a)", {("extreme swapped", "min", "max")}),
        ("x = max(a)", {("extreme swapped", "max", "min")}),
        ("x = any(a)", {("extreme swapped", "any", "all")}),
        ("x = all(a)", {("extreme swapped", "all", "any")}),
        ("x = True", {("constant changed", "True", "False")}),
        ("x = 48", {("constant changed", "48", "49")}),
        ("x: int = 48", {("constant changed", "48", "49")}),
        ("x = 'no_refund'", {("constant changed", "'no_refund'", "'no_refundx'")}),
        ("x = {a, b}", {("member dropped", "{a, b}", "{b}"), ("member dropped", "{a, b}", "{a}")}),
        ("x = (A.b, A.c)", {("member dropped", "(A.b, A.c)", "(A.c,)"), ("member dropped", "(A.b, A.c)", "(A.b,)")}),
        ("raise a", {("statement dropped", "raise a", "pass")}),
        ("a()", {("statement dropped", "a()", "pass")}),
        ("a.b = c", {("statement dropped", "a.b = c", "pass")}),
        ("a[b] = c", {("statement dropped", "a[b] = c", "pass")}),
        ("a += b", {("statement dropped", "a += b", "pass")}),
        ("def f(a):\n    return a", {("result dropped", "return a", "return None")}),
    ],
)
def test_each_kind(source: str, expected: set[tuple[str, str, str]], tmp_path: Path) -> None:
    assert changes(tmp_path, source) == expected


def test_a_chain_of_comparisons_is_swapped_link_by_link_and_negated_where_it_is_a_condition(tmp_path: Path) -> None:
    assert changes(tmp_path, "if a < b <= c: pass") == {
        ("condition negated", "a < b <= c", "(not (a < b <= c))"),
        ("comparison swapped", "a < b <= c", "(a <= b <= c)"),
        ("comparison swapped", "a < b <= c", "(a < b < c)"),
    }


def test_a_condition_that_is_one_comparison_is_not_negated_twice(tmp_path: Path) -> None:
    assert changes(tmp_path, "if a < b: pass") == {("comparison swapped", "a < b", "(a <= b)")}


def test_the_default_of_a_parameter_is_a_constant_too(tmp_path: Path) -> None:
    assert changes(tmp_path, "def f(a=1, *, b=False): ...") == {
        ("constant changed", "1", "2"),
        ("constant changed", "False", "True"),
    }


@pytest.mark.parametrize(
    "source",
    [
        "'''A docstring.'''",
        "x = 'a sentence for people'",
        "x = f'{a + 1} of them'",
        "x = a + f'{b}'",
        "log.warning('told', 1)",
        "import a",
        "from a import b",
        "x: Literal[3]",
        "def f(a: int) -> None: ...",
        "x = a",
        "x = ''",
        "x = (a, b)",
        "x = {a}",
    ],
)
def test_what_no_decision_depends_on_is_left_alone(source: str, tmp_path: Path) -> None:
    assert changes(tmp_path, source) == set()


def test_a_default_that_only_stands_for_absence_is_not_dropped_alone(tmp_path: Path) -> None:
    """`a or ""` keeps its default: dropping it would only change None into another kind of nothing."""
    assert ("operand dropped", "a or ''", "(a)") not in changes(tmp_path, "x = a or ''")
    assert ("operand dropped", "a or b or ''", "((b) or (''))") in changes(tmp_path, "x = a or b or ''")


def test_a_span_counts_bytes_so_that_text_beyond_ascii_moves_nothing(tmp_path: Path) -> None:
    source = "grüße = 'Grüße, 世界'; x = 'ä' if ä < 1 else b  # ü\ny = 'ö ö' + c\n"
    mutants = found(tmp_path, source)

    for mutant in mutants:
        assert source.encode()[mutant.start : mutant.end].decode() == mutant.before
        assert "grüße = 'Grüße, 世界'" in mutant.apply(source)
    assert {item.apply(source).splitlines()[0] for item in mutants if item.kind == "comparison swapped"} == {
        "grüße = 'Grüße, 世界'; x = 'ä' if (ä <= 1) else b  # ü"
    }
    assert [item.apply(source).splitlines()[1] for item in mutants if item.line == 2] == ["y = ('ö ö' - c)"]


def test_a_mutant_over_several_lines_knows_them_and_its_name_is_one_line(tmp_path: Path) -> None:
    source = "class A:\n    def f(self, a, b):\n        return (\n            a\n            and b\n        )\n"
    first = found(tmp_path, source)[0]

    assert (first.line, first.end_line, first.place) == (4, 5, "A.f")
    assert first.name == "code.py A.f operand dropped: a and b -> ((a))"
    assert "\n" not in first.before


def test_every_mutant_of_a_file_compiles_and_differs(tmp_path: Path) -> None:
    source = Path(ast.__file__).with_name("bisect.py").read_text(encoding="utf-8")
    mutants = found(tmp_path, source)

    assert len({mutant.name for mutant in mutants}) > 30
    for mutant in mutants:
        changed = mutant.apply(source)
        assert changed != source
        compile(changed, "bisect.py", "exec")


def test_a_folder_is_every_file_below_it_and_a_file_is_itself(tmp_path: Path) -> None:
    (tmp_path / "heart" / "deep").mkdir(parents=True)
    (tmp_path / "heart" / "deep" / "one.py").write_text("x = 1")
    (tmp_path / "heart" / "two.py").write_text("x = 2")
    (tmp_path / "other.py").write_text("x = 3")

    def paths(*folders: str) -> list[str]:
        return [item.path for item in all_mutants(tmp_path, folders)]

    assert paths("heart") == ["heart/deep/one.py", "heart/two.py"]
    assert paths("other.py") == ["other.py"]
