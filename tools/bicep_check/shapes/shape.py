"""What a value can be: the one form in which types of Bicep, of Azure's resources and of JSON files are compared."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Values without parts."""

    STRING = "string"
    INT = "int"
    BOOL = "bool"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Anything:
    """Nothing is known, so everything fits."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """Any value of a kind. Limits count characters of a string, and are the value itself of an int."""

    kind: Kind
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Literal:
    """Exactly this value."""

    value: str | int | bool


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array."""

    item: "Shape"


@dataclass(frozen=True, slots=True)
class OneOf:
    """Any of these. Open enumerations of Azure list their known values beside `string`."""

    options: "tuple[Shape, ...]"


@dataclass(frozen=True, slots=True)
class Field:
    """A property. Its shape is asked for when needed, because Azure's types contain themselves."""

    shape: "Callable[[], Shape]"
    required: bool = False
    read_only: bool = False

    @staticmethod
    def of(shape: "Shape", *, required: bool = False) -> "Field":
        """A property whose shape is known."""
        return Field(lambda: shape, required)


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """An object; `rest` is the shape of properties that are not named, None if there may be none."""

    name: str
    fields: Mapping[str, Field]
    rest: "Shape | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """An object whose property `on` says which of several objects it is."""

    name: str
    on: str
    options: Mapping[str, Fields]


Shape = Anything | Scalar | Literal | ListOf | OneOf | Fields | Choice

ANYTHING = Anything()
STRING, INT, BOOL, NULL = (Scalar(kind) for kind in Kind)
ANY_OBJECT = Fields("object", {}, ANYTHING)
ANY_LIST = ListOf(ANYTHING)


def one_of(options: Iterator[Shape] | list[Shape]) -> Shape:
    """The union of shapes, flat and without repetition; nothing at all is anything."""
    flat: list[Shape] = []
    for option in options:
        flat += [inner for inner in (option.options if isinstance(option, OneOf) else (option,)) if inner not in flat]
    if len(flat) == 1:
        return flat[0]
    return OneOf(tuple(flat)) if flat else ANYTHING


def optional(shape: Shape) -> Shape:
    """The shape, or null."""
    return one_of([shape, NULL])


def options_of(shape: Shape) -> tuple[Shape, ...]:
    """The alternatives; a shape that is no union is its only one."""
    return shape.options if isinstance(shape, OneOf) else (shape,)


def describe(shape: Shape) -> str:
    """For messages."""
    match shape:
        case Scalar(kind):
            return kind.value
        case Literal(value):
            return repr(value) if isinstance(value, str) else str(value).lower()
        case ListOf():
            return "an array"
        case OneOf(options):
            return " | ".join(describe(option) for option in options if option != NULL)
        case Fields(name) | Choice(name):
            return "an object" if name == "object" else f"the object {name}"
        case _:
            return "anything"


def kind_of(value: str | int | bool) -> Kind:
    """The kind of a literal; a bool is an int in Python and must be asked first."""
    if isinstance(value, bool):
        return Kind.BOOL
    return Kind.INT if isinstance(value, int) else Kind.STRING


def of_json(value: object) -> Shape:
    """The shape of parsed JSON: exactly what is there."""
    match value:
        case dict():
            return Fields("object", {str(name): Field.of(of_json(item), required=True) for name, item in value.items()})
        case list():
            return ListOf(one_of([of_json(item) for item in value]))
        case str() | int():
            return Literal(value)
        case None:
            return NULL
        case _:
            return ANYTHING
