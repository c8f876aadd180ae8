"""Every code that can reach a CRM or an operator is a member of an enum: no literal is given as a code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
TAKES_A_CODE = {"Reason", "InvalidRequestError", "Attention", "problem", "ReasonCode", "of_fault"}
"""The code comes first in all of them."""


def literal_codes(source: str) -> Iterator[str]:
    """Where a literal is given as a code, as line and text: to one of the above, or as the code of a class."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in TAKES_A_CODE:
            given = [*node.args[:1], *(item.value for item in node.keywords if item.arg == "code")]
        elif isinstance(node, ast.ClassDef):
            given = [item.value for item in node.body if isinstance(item, ast.Assign) and _is_code(item)]
        else:
            continue
        for value in given:
            # Below the value too: a choice between two literals is no better than one.
            if any(isinstance(part, ast.Constant | ast.JoinedStr) for part in _alternatives(value)):
                yield f"{value.lineno}: {ast.unparse(value)}"


def _is_code(assignment: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "code" for target in assignment.targets)


def _alternatives(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from (*_alternatives(value.body), *_alternatives(value.orelse))
    elif isinstance(value, ast.BoolOp):
        for part in value.values:
            yield from _alternatives(part)
    else:
        yield value


@pytest.mark.long
@pytest.mark.parametrize("folder", ["shared", "functions"])
def test_no_literal_is_given_as_a_code(folder: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{place}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for place in literal_codes(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'Reason("dry_run", text)',
        'Reason(text=text, code="dry_run")',
        'raise InvalidRequestError("not_json" if broken else ReasonCode.NOT_UTF8, "$", "rule")',
        'Attention(f"{word}_unclear", text, action)',
        'problems.problem(code or "not_found", text)',
        'class E(Exception):\n    code = "e"',
    ],
)
def test_a_literal_would_be_found(source: str) -> None:
    assert list(literal_codes(source))
