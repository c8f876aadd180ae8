"""Types as they are written in Bicep, turned into shapes."""

from collections.abc import Mapping
from pathlib import Path

from lark import Token

from tools.bicep_check.findings import Findings, Rule
from tools.bicep_check.language.nodes import (
    Array,
    Decorator,
    Expression,
    ListType,
    LiteralType,
    NamedType,
    NullableType,
    Number,
    ObjectType,
    Param,
    String,
    Truth,
    Type,
    TypeAlias,
    TypeProperty,
    UnionType,
)
from tools.bicep_check.shapes.shape import (
    ANY_LIST,
    ANY_OBJECT,
    ANYTHING,
    BOOL,
    INT,
    NULL,
    STRING,
    Field,
    Fields,
    ListOf,
    Literal,
    Scalar,
    Shape,
    one_of,
    optional,
    options_of,
)

_PRIMITIVES: Mapping[str, Shape] = {
    "string": STRING,
    "int": INT,
    "bool": BOOL,
    "object": ANY_OBJECT,
    "array": ANY_LIST,
    "any": ANYTHING,
    "null": NULL,
}
_LEAST, _MOST = ("minLength", "minValue"), ("maxLength", "maxValue")


class DeclaredTypes:
    """The types of one file. `used` gathers the names of `type` declarations that something refers to."""

    def __init__(self, path: Path, aliases: tuple[TypeAlias, ...], findings: Findings) -> None:
        self.used: set[str] = set()
        self._path = path
        self._aliases = {str(alias.name): alias for alias in aliases}
        self._findings = findings
        self._open: set[str] = set()

    def of_param(self, param: Param) -> Shape:
        """What may be passed to a parameter: its type, narrowed by its decorators."""
        return _narrowed(self.of(param.type), param.decorators)

    def of(self, written: Type) -> Shape:
        """The shape of a type; unknown names are reported and fit anything."""
        match written:
            case NamedType(_, name):
                return self._named(name)
            case ListType(_, item):
                return ListOf(self.of(item))
            case NullableType(_, item):
                return optional(self.of(item))
            case UnionType(_, options):
                return one_of([self.of(option) for option in options])
            case LiteralType(_, value):
                return _literal(value)
            case ObjectType(_, members):
                return self._object([member for member in members if isinstance(member, TypeProperty)])

    def _named(self, name: Token) -> Shape:
        if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        alias = self._aliases.get(name)
        if alias is None:
            self._findings.add(self._path, name, Rule.NAME, f"there is no type {str(name)!r}")
            return ANYTHING
        self.used.add(str(name))
        if name in self._open:
            self._findings.add(self._path, name, Rule.TYPE, f"type {str(name)!r} contains itself")
            return ANYTHING
        self._open.add(str(name))
        shape = _narrowed(self.of(alias.type), alias.decorators)
        self._open.discard(str(name))
        return shape

    def _object(self, members: list[TypeProperty]) -> Shape:
        found = {member.name: self.of(member.type) for member in members}
        rest = found.pop("*", None)
        return Fields(
            "object", {name: Field.of(shape, required=not is_nullable(shape)) for name, shape in found.items()}, rest
        )


def is_nullable(shape: Shape) -> bool:
    """Whether nothing needs to be given."""
    return NULL in options_of(shape)


def is_required(param: Param, shape: Shape) -> bool:
    """Whether a parameter has to be given: it has no default and cannot be null."""
    return param.default is None and not is_nullable(shape)


def _literal(value: String | Token) -> Shape:
    if isinstance(value, String):
        return Literal(value.plain or "")
    return Literal(int(value)) if value.isdigit() else Literal(value == "true")


def _narrowed(shape: Shape, decorators: tuple[Decorator, ...]) -> Shape:
    for decorator in decorators:
        given = decorator.arguments[0] if decorator.arguments else None
        if decorator.name == "allowed" and isinstance(given, Array):
            options = one_of([_allowed(item) for item in given.items])
            shape = ListOf(options) if isinstance(shape, ListOf) else options
        elif isinstance(shape, Scalar) and isinstance(given, Number) and decorator.name in _LEAST + _MOST:
            limit = int(given.text)
            least, most = (limit, shape.most) if decorator.name in _LEAST else (shape.least, limit)
            shape = Scalar(shape.kind, least, most)
    return shape


def _allowed(item: Expression) -> Shape:
    match item:
        case String() if item.plain is not None:
            return Literal(item.plain)
        case Number(_, text):
            return Literal(int(text))
        case Truth(_, text):
            return Literal(text == "true")
        case _:
            return ANYTHING
