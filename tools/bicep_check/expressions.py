"""The shape of every expression. Unknown names, wrong calls and properties that do not exist are found on the way."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from lark import Token

from tools.bicep_check.findings import Findings, Rule
from tools.bicep_check.language.nodes import (
    Array,
    Binary,
    Call,
    Certain,
    Condition,
    Expression,
    Index,
    Inside,
    Loop,
    Member,
    Method,
    Null,
    Number,
    Object,
    Place,
    Reference,
    String,
    Ternary,
    Truth,
    Unary,
)
from tools.bicep_check.shapes.fits import misfit
from tools.bicep_check.shapes.functions import FUNCTIONS
from tools.bicep_check.shapes.shape import (
    ANYTHING,
    BOOL,
    INT,
    NULL,
    STRING,
    Anything,
    Field,
    Fields,
    ListOf,
    Literal,
    Shape,
    describe,
    of_json,
    one_of,
    options_of,
)
from tools.bicep_check.spelling import meant

# Names that a loop or an enclosing resource adds to those of the file.
Scope = Mapping[str, Shape]
_LOGICAL = {"!", "&&", "||"}
_COMPARING = {"==", "!=", "=~", "!~", "<", ">", "<=", ">="}


class Expressions:
    """Looks into the expressions of one file.

    `symbol` gives the shape of a name of the file, `nested` that of a resource inside another; None if there is none.
    """

    def __init__(
        self,
        path: Path,
        findings: Findings,
        symbol: Callable[[str], Shape | None],
        nested: Callable[[tuple[str, ...]], Shape | None],
    ) -> None:
        self._path = path
        self._findings = findings
        self._symbol = symbol
        self._nested = nested

    def of(self, node: Expression, scope: Scope) -> Shape:  # noqa: C901 - a case for each kind of expression
        """The shape of a value; whatever stands inside it is looked at too."""
        match node:
            case String():
                return self._string(node, scope)
            case Number(_, text):
                return Literal(int(text))
            case Truth(_, text):
                return Literal(text == "true")
            case Null():
                return NULL
            case Reference(_, name):
                return self._name(name, scope)
            case Object():
                return self._object(node, scope)
            case Array(_, items):
                return ListOf(one_of([self.of(item, scope) for item in items]))
            case Loop(_, _, _, body):
                return ListOf(self.of(body, {**scope, **self.loop_names(node, scope)}))
            case Condition(_, condition, body):
                self._expect(condition, scope, BOOL)
                return self.of(body, scope)
            case Call():
                return self._call(node, scope)
            case Method(_, owner, _, arguments):
                for part in (owner, *arguments):
                    self.of(part, scope)
                return ANYTHING
            case Member(_, owner, name):
                return self._property(name, self.of(owner, scope), str(name))
            case Certain(_, owner):
                return one_of([option for option in options_of(self.of(owner, scope)) if option != NULL])
            case Index():
                return self._index(node, scope)
            case Inside():
                return self._inside(node, scope)
            case _:
                return self._operation(node, scope)

    def loop_names(self, loop: Loop, scope: Scope) -> dict[str, Shape]:
        """The names that a loop brings, with what they stand for."""
        over = self.of(loop.source, scope)
        if not isinstance(over, ListOf | Anything):
            self._add(loop.source, Rule.TYPE, f"a loop runs over an array, not over {describe(over)}")
        item = over.item if isinstance(over, ListOf) else ANYTHING
        return dict(zip(map(str, loop.names.names), (item, INT), strict=False))

    def _add(self, place: Place, rule: Rule, message: str) -> None:
        self._findings.add(self._path, place, rule, message)

    def _string(self, node: String, scope: Scope) -> Shape:
        if node.plain is not None:
            return Literal(node.plain)
        self._holes(node, scope)
        if len(node.holes) == 1 and not any(piece for piece in node.pieces if isinstance(piece, Token)):
            self._add(node, Rule.TYPE, "the string is one interpolation and nothing else: drop it")
        return STRING

    def _holes(self, node: String, scope: Scope) -> None:
        for hole in node.holes:
            self.of(hole, scope)

    def _name(self, name: Token, scope: Scope) -> Shape:
        shape = scope.get(name) or self._symbol(str(name))
        if shape is None:
            self._add(name, Rule.NAME, f"{str(name)!r} is not declared")
        return shape or ANYTHING

    def _object(self, node: Object, scope: Scope) -> Shape:
        fields: dict[str, Field] = {}
        rest: Shape | None = None
        for item in node.properties:
            shape = self.of(item.value, scope)
            if item.name is None:
                rest = ANYTHING
            elif item.name in fields:
                self._add(item, Rule.PROPERTY, f"{item.name!r} is set twice")
            else:
                fields[item.name] = Field.of(shape, required=True)
            if isinstance(item.key, String):
                self._holes(item.key, scope)
        return Fields("object", fields, rest)

    def _call(self, node: Call, scope: Scope) -> Shape:
        name, given = str(node.name), node.arguments
        shapes = [self.of(argument, scope) for argument in given]
        function = FUNCTIONS.get(name)
        if function is None:
            self._add(node, Rule.FUNCTION, f"{name!r} is no function known to this check{meant(name, FUNCTIONS)}")
            return ANYTHING
        if len(given) < len(function.takes) or (len(given) > len(function.takes) and function.more is None):
            wanted = f"{len(function.takes)}{' or more' if function.more else ''}"
            self._add(node, Rule.FUNCTION, f"{name} takes {wanted} arguments, not {len(given)}")
            return ANYTHING
        wanted_shapes = [*function.takes, *([function.more or ANYTHING] * len(given))]
        for argument, shape, wanted_shape in zip(given, shapes, wanted_shapes, strict=False):
            if why := misfit(shape, wanted_shape):
                self._add(argument, Rule.TYPE, f"{name}: {why}")
        return self._json_file(given[0], shapes[0]) if name == "loadJsonContent" else function.gives(shapes)

    def _json_file(self, node: Expression, name: Shape) -> Shape:
        if not isinstance(name, Literal):
            return ANYTHING
        try:
            return of_json(json.loads((self._path.parent / str(name.value)).read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            self._add(node, Rule.NAME, f"{name.value!r} is no JSON file that can be read: {error}")
            return ANYTHING

    def _property(self, place: Place, owner: Shape, name: str) -> Shape:
        found = []
        for option in options_of(owner):
            if isinstance(option, Fields):
                field = option.fields.get(name)
                if field is None and option.rest is None:
                    what = f"{describe(option)} has no property {name!r}{meant(name, option.fields)}"
                    self._add(place, Rule.PROPERTY, what)
                found.append(field.shape() if field else option.rest or ANYTHING)
            elif option != NULL and not isinstance(option, Anything):
                self._add(place, Rule.PROPERTY, f"{describe(option)} has no property {name!r}")
        return one_of(found)

    def _index(self, node: Index, scope: Scope) -> Shape:
        owner, key = self.of(node.owner, scope), self.of(node.key, scope)
        if isinstance(owner, ListOf):
            if why := misfit(key, INT):
                self._add(node.key, Rule.TYPE, f"index of an array: {why}")
            return owner.item
        texts = [option.value for option in options_of(key) if isinstance(option, Literal)]
        if isinstance(owner, Fields) and len(texts) == len(options_of(key)):
            return one_of([self._property(node.key, owner, str(text)) for text in texts])
        return ANYTHING

    def _inside(self, node: Inside, scope: Scope) -> Shape:
        names: list[str] = []
        inner: Expression = node
        while isinstance(inner, Inside):
            names.insert(0, str(inner.name))
            inner = inner.owner
        self.of(inner, scope)
        way = (str(inner.name) if isinstance(inner, Reference) else "…", *names)
        shape = self._nested(way)
        if shape is None:
            self._add(node, Rule.NAME, f"there is no resource {'::'.join(way)}")
        return shape or ANYTHING

    def _operation(self, node: Unary | Binary | Ternary, scope: Scope) -> Shape:
        if isinstance(node, Ternary):
            self._expect(node.condition, scope, BOOL)
            return one_of([self.of(node.yes, scope), self.of(node.no, scope)])
        operands = [node.operand] if isinstance(node, Unary) else [node.left, node.right]
        if node.sign == "??":
            shapes = [self.of(operand, scope) for operand in operands]
            return one_of([option for shape in shapes for option in options_of(shape) if option != NULL])
        wanted = BOOL if node.sign in _LOGICAL else ANYTHING if node.sign in _COMPARING else INT
        for operand in operands:
            self._expect(operand, scope, wanted)
        return INT if wanted is INT else BOOL

    def _expect(self, node: Expression, scope: Scope, wanted: Shape) -> None:
        if why := misfit(self.of(node, scope), wanted):
            self._add(node, Rule.TYPE, why)
