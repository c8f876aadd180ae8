"""Where the code can be changed, and how: every mutant of one file, as an edit of its text.

Kinds: a condition negated, an operand or a member dropped, a comparison swapped, a constant changed, a statement
dropped. Sentences for people, log lines, annotations and decorators are left alone: no decision depends on them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CODE_WORD = re.compile(r"^[A-Za-z0-9_.:+-]{2,40}$")
"""A string that is a code, a name or a state, and no sentence."""

SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
EXTREMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
QUIET_CALLS = frozenset({"log", "super", "logging"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `before` at (`line`, `column`) of `path` becomes `after`; `place` is the function or class around."""

    path: str
    place: str
    kind: str
    line: int
    end_line: int
    start: int
    end: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """What identifies it in the list of equivalents; lines move, so they are not part of it."""
        return f"{self.path} {self.place} {self.kind}: {self.before} -> {self.after}"

    def apply(self, source: str) -> str:
        """The source with this change."""
        encoded = source.encode()
        return (encoded[: self.start] + self.after.encode() + encoded[self.end :]).decode()


def mutants_of(path: Path, root: Path) -> list[Mutant]:
    """Every mutant of a file, in the order of its text."""
    source = path.read_text(encoding="utf-8")
    finder = _Finder(str(path.relative_to(root)), source)
    finder.visit(ast.parse(source))
    return sorted(finder.found, key=lambda item: (item.start, item.end, item.after))


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: str) -> None:
        self.path, self.found = path, list[Mutant]()
        self._encoded = source.encode()
        self._starts = [0]
        for line in self._encoded.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._places: list[str] = []

    def _add(self, node: ast.expr | ast.stmt, kind: str, after: str) -> None:
        start, end = self._span(node)
        before = self._encoded[start:end].decode()
        place = ".".join(self._places) or "module"
        short = " ".join(before.split())
        if after != before:
            self.found.append(
                Mutant(
                    self.path, place, kind, node.lineno, node.end_lineno or node.lineno, start, end, short[:160], after
                )
            )

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)

    def _text(self, node: ast.expr) -> str:
        start, end = self._span(node)
        return self._encoded[start:end].decode()

    # Places, and what is not looked into.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._places.append(node.name)
        for default in (*node.args.defaults, *(item for item in node.args.kw_defaults if item is not None)):
            self.visit(default)
        self._body(node.body)
        self._places.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._places.append(node.name)
        self._body(node.body)
        self._places.pop()

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node.body)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """A sentence: left alone."""

    def visit_Import(self, node: ast.Import) -> None:
        """Nothing to change."""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Nothing to change."""

    # Statements.

    def _body(self, statements: list[ast.stmt]) -> None:
        for number, statement in enumerate(statements):
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                continue
            if isinstance(statement, ast.Expr) and _is_log(statement.value):
                continue
            if _droppable(statement):
                self._add(statement, "statement dropped", "pass")
            if isinstance(statement, ast.Return) and statement.value is not None and number < len(statements):
                self._returned(statement)
            self.visit(statement)

    def _returned(self, statement: ast.Return) -> None:
        value = statement.value
        if isinstance(value, ast.Name | ast.Call | ast.Attribute) and self._places:
            self._add(statement, "result dropped", "return None")

    def generic_visit(self, node: ast.AST) -> None:
        for _, value in ast.iter_fields(node):
            if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
                self._body(value)
            elif isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)

    # Conditions.

    def visit_If(self, node: ast.If) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, ast.Compare | ast.UnaryOp) or (isinstance(test, ast.Compare) and len(test.ops) > 1):
            self._add(test, "condition negated", f"(not ({self._text(test)}))")

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._add(node, "condition negated", f"bool({self._text(node.operand)})")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " and " if isinstance(node.op, ast.And) else " or "
        last = node.values[-1]
        # `x or ""` only satisfies the types: what is dropped there is the absence of a value, and no decision.
        default = isinstance(node.op, ast.Or) and isinstance(last, ast.Constant | ast.Tuple) and not _truth(last)
        for number in range(len(node.values) - default):
            kept = [f"({self._text(item)})" for place, item in enumerate(node.values) if place != number]
            self._add(node, "operand dropped", f"({word.join(kept)})")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for number, operator in enumerate(node.ops):
            other = SWAPPED.get(type(operator))
            if other is not None:
                changed = ast.Compare(
                    node.left,
                    [other() if place == number else op for place, op in enumerate(node.ops)],
                    node.comparators,
                )
                self._add(node, "comparison swapped", f"({ast.unparse(changed)})")
        self.generic_visit(node)

    # Values.

    def visit_BinOp(self, node: ast.BinOp) -> None:
        other = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr}.get(type(node.op))
        if other is not None and not any(isinstance(side, ast.JoinedStr) for side in (node.left, node.right)):
            self._add(node, "operator swapped", f"({ast.unparse(ast.BinOp(node.left, other(), node.right))})")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if _is_log(node):
            return
        if isinstance(node.func, ast.Name) and node.func.id in EXTREMES:
            self._add(node.func, "extreme swapped", EXTREMES[node.func.id])
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if value is True or value is False:
            self._add(node, "constant changed", str(not value))
        elif isinstance(value, int | float):
            self._add(node, "constant changed", repr(value + 1))
        elif isinstance(value, str) and CODE_WORD.match(value):
            self._add(node, "constant changed", repr(f"{value}x"))

    def visit_Set(self, node: ast.Set) -> None:
        self._members(node.elts, "{", "}", node)
        self.generic_visit(node)

    def visit_Tuple(self, node: ast.Tuple) -> None:
        if isinstance(node.ctx, ast.Load) and all(isinstance(item, ast.Constant | ast.Attribute) for item in node.elts):
            self._members(node.elts, "(", ",)", node)
        self.generic_visit(node)

    def _members(self, items: list[ast.expr], opening: str, closing: str, node: ast.expr) -> None:
        for number in range(len(items) if len(items) > 1 else 0):
            kept = [self._text(item) for place, item in enumerate(items) if place != number]
            self._add(node, "member dropped", f"{opening}{', '.join(kept)}{closing}")


def _truth(node: ast.Constant | ast.Tuple) -> bool:
    return bool(node.value) if isinstance(node, ast.Constant) else bool(node.elts)


def _is_log(node: ast.expr) -> bool:
    target: ast.expr = node.func if isinstance(node, ast.Call) else node
    while isinstance(target, ast.Attribute):
        target = target.value
    return isinstance(node, ast.Call) and isinstance(target, ast.Name) and target.id in QUIET_CALLS


def _droppable(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr | ast.AugAssign | ast.Raise):
        return True
    # An assignment to a new name only moves the failure; one to an attribute, an item or a name again changes a state.
    return isinstance(statement, ast.Assign) and any(
        isinstance(target, ast.Attribute | ast.Subscript) for target in statement.targets
    )


def all_mutants(root: Path, folders: tuple[str, ...]) -> Iterator[Mutant]:
    """Every mutant below these folders, file by file."""
    for folder in folders:
        place = root / folder
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            yield from mutants_of(path, root)
