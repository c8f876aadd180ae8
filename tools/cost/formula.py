"""Formulas of the page: names, numbers, + - * /, brackets and max, and nothing else."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class FormulaError(Exception):
    """A formula, or a table, cannot be understood."""


def value_of(formula: str, names: Mapping[str, float]) -> float:
    """The result; raises FormulaError for what is no formula or names what is not there."""
    try:
        return _value(ast.parse(formula, mode="eval").body, names)
    except (SyntaxError, ZeroDivisionError) as error:
        raise FormulaError(f"{formula}: {error}") from None


def _value(node: ast.expr, names: Mapping[str, float]) -> float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name):
            if name not in names:
                raise FormulaError(f"{name} has no value")
            return names[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left, names), _value(right, names))
        case ast.Call(func=ast.Name(id="max"), args=arguments, keywords=[]) if arguments:
            return max(_value(each, names) for each in arguments)
    raise FormulaError(f"{ast.unparse(node)} is no part of a formula")
