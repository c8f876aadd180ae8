"""Whether a value of one shape can stand where another is wanted."""

from tools.bicep_check.shapes.shape import (
    NULL,
    Anything,
    Choice,
    Fields,
    Kind,
    ListOf,
    Literal,
    OneOf,
    Scalar,
    Shape,
    describe,
    kind_of,
    options_of,
)


def misfit(value: Shape, wanted: Shape) -> str | None:
    """Say why a value does not fit, or return None. What is not known fits."""
    if value is wanted or isinstance(value, Anything) or isinstance(wanted, Anything):
        return None
    if isinstance(value, OneOf):
        return next((why for option in value.options if (why := misfit(option, wanted))), None)
    if isinstance(wanted, OneOf):
        return _into_choice(value, wanted)
    return _into_one(value, wanted)


def _into_choice(value: Shape, wanted: OneOf) -> str | None:
    options = [option for option in options_of(wanted) if option != NULL or value == NULL]
    literals = [option.value for option in options if isinstance(option, Literal)]
    if isinstance(value, Literal) and isinstance(value.value, str) and literals:
        # A known value is wanted also where Azure would take any string: a new one is added here when it is needed.
        return None if value.value in literals else f"{describe(value)} is not one of {describe(wanted)}"
    reasons = [misfit(value, option) for option in options]
    if None in reasons:
        return None
    return reasons[0] if len(options) == 1 else f"{describe(value)} does not fit {describe(wanted)}"


def _into_one(value: Shape, wanted: Shape) -> str | None:
    why: str | None = f"{describe(value)} does not fit {describe(wanted)}"
    match value, wanted:
        case Literal(given), Literal(other):
            return None if (kind_of(given), given) == (kind_of(other), other) else why
        case Literal(given), Scalar(kind):
            return _limits(given, wanted) if kind_of(given) is kind else why
        case Scalar(kind), Scalar(other_kind):
            return None if kind is other_kind else why
        case Scalar(kind), Literal(other):
            return None if kind is kind_of(other) else why
        case ListOf(item), ListOf(other_item):
            inner = misfit(item, other_item)
            return f"items: {inner}" if inner else None
        case Fields(), Fields():
            return _objects(value, wanted)
        case ((Fields() | Choice()), (Fields() | Choice())):
            return None
        case _:
            return why


def _limits(given: str | int | bool, wanted: Scalar) -> str | None:
    if isinstance(given, bool):
        return None
    size = len(given) if isinstance(given, str) else given
    what = f"{given!r} has {size} characters" if wanted.kind is Kind.STRING else f"{size} is out of range"
    if wanted.least is not None and size < wanted.least:
        return f"{what}; at least {wanted.least} is wanted"
    if wanted.most is not None and size > wanted.most:
        return f"{what}; at most {wanted.most} is wanted"
    return None


def _objects(value: Fields, wanted: Fields) -> str | None:
    for name, place in value.fields.items():
        target = wanted.fields.get(name)
        if target is None and wanted.rest is None:
            return f"{describe(wanted)} has no property {name!r}"
        shape = target.shape() if target else wanted.rest
        if shape is not None and (why := misfit(place.shape(), shape)):
            return f"property {name!r}: {why}"
    missing = [name for name, place in wanted.fields.items() if place.required and name not in value.fields]
    return f"property {missing[0]!r} is missing" if missing and value.rest is None else None
