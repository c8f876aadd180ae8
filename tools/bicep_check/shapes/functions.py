"""The functions of Bicep that infra/ may call, with what they take and give.

The list is short on purpose: a function that is not in it is reported, and added here together with its first use.
Source: learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tools.bicep_check.shapes.shape import (
    ANY_LIST,
    ANY_OBJECT,
    ANYTHING,
    BOOL,
    INT,
    STRING,
    Field,
    Fields,
    ListOf,
    Shape,
    one_of,
    options_of,
)

_TEXT_OR_LIST = one_of([STRING, ANY_LIST])
_SIZED = one_of([STRING, ANY_LIST, ANY_OBJECT])


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` are the arguments that must be given, `more` is the shape of any further ones."""

    takes: tuple[Shape, ...]
    gives: Callable[[Sequence[Shape]], Shape]
    more: Shape | None = None


def _function(*takes: Shape, gives: Shape | Callable[[Sequence[Shape]], Shape], more: Shape | None = None) -> Function:
    answer = gives if callable(gives) else lambda _: gives
    return Function(takes, answer, more)


def _texts(*names: str) -> Fields:
    return Fields("object", {name: Field.of(STRING) for name in names})


def _same(arguments: Sequence[Shape]) -> Shape:
    """Text from text, a list from a list."""
    return arguments[0] if isinstance(arguments[0], ListOf) else STRING


def _joined(arguments: Sequence[Shape]) -> Shape:
    """`concat`: text of texts, a list of all the items of lists."""
    lists = [option for given in arguments for option in options_of(given) if isinstance(option, ListOf)]
    return ListOf(one_of([each.item for each in lists])) if lists else STRING


def _item(arguments: Sequence[Shape]) -> Shape:
    given = arguments[0]
    return given.item if isinstance(given, ListOf) else ANYTHING


def _pairs(arguments: Sequence[Shape]) -> Shape:
    """`items`: the properties of an object as a list of key and value."""
    values = [
        shape
        for option in options_of(arguments[0])
        if isinstance(option, Fields)
        for shape in [*(place.shape() for place in option.fields.values()), *([option.rest] if option.rest else [])]
    ]
    value = one_of(values)
    return ListOf(Fields("object", {"key": Field.of(STRING), "value": Field.of(value)}))


def _merged(arguments: Sequence[Shape]) -> Shape:
    """`union` of objects: later ones win; what is open or a choice of several leaves the whole open."""
    if any(isinstance(given, ListOf) for given in arguments):
        return ANY_LIST
    fields: dict[str, Field] = {}
    rest: Shape | None = None
    for given in arguments:
        if isinstance(given, Fields):
            fields |= given.fields
            rest = given.rest if rest is None else rest
        else:
            rest = ANYTHING
    return Fields("object", fields, rest)


FUNCTIONS: Mapping[str, Function] = {
    "any": _function(ANYTHING, gives=ANYTHING),
    "array": _function(ANYTHING, gives=ANY_LIST),
    "base64": _function(STRING, gives=STRING),
    "bool": _function(ANYTHING, gives=BOOL),
    "cidrSubnet": _function(STRING, INT, INT, gives=STRING),
    "concat": _function(_TEXT_OR_LIST, gives=_joined, more=_TEXT_OR_LIST),
    "contains": _function(_SIZED, ANYTHING, gives=BOOL),
    "deployment": _function(gives=ANY_OBJECT),
    "empty": _function(_SIZED, gives=BOOL),
    "endsWith": _function(STRING, STRING, gives=BOOL),
    "environment": _function(gives=ANY_OBJECT),
    "extensionResourceId": _function(STRING, STRING, STRING, gives=STRING, more=STRING),
    "fail": _function(STRING, gives=ANYTHING),
    "first": _function(_TEXT_OR_LIST, gives=_item),
    "format": _function(STRING, gives=STRING, more=ANYTHING),
    "guid": _function(STRING, gives=STRING, more=STRING),
    "int": _function(ANYTHING, gives=INT),
    "items": _function(ANY_OBJECT, gives=_pairs),
    "join": _function(ANY_LIST, STRING, gives=STRING),
    "json": _function(STRING, gives=ANYTHING),
    "last": _function(_TEXT_OR_LIST, gives=_item),
    "length": _function(_SIZED, gives=INT),
    "loadJsonContent": _function(STRING, gives=ANYTHING),
    "loadTextContent": _function(STRING, gives=STRING),
    "max": _function(INT, gives=INT, more=INT),
    "min": _function(INT, gives=INT, more=INT),
    "range": _function(INT, INT, gives=ListOf(INT)),
    "replace": _function(STRING, STRING, STRING, gives=STRING),
    "resourceGroup": _function(
        gives=Fields("object", {**_texts("id", "name", "location", "type").fields, "tags": Field.of(ANY_OBJECT)}),
        more=STRING,  # Of another subscription, and its name: where a module is deployed to.
    ),
    "resourceId": _function(STRING, STRING, gives=STRING, more=STRING),
    "skip": _function(_TEXT_OR_LIST, INT, gives=_same),
    "split": _function(STRING, one_of([STRING, ANY_LIST]), gives=ListOf(STRING)),
    "startsWith": _function(STRING, STRING, gives=BOOL),
    "string": _function(ANYTHING, gives=STRING),
    "subscription": _function(gives=_texts("id", "subscriptionId", "tenantId", "displayName")),
    "subscriptionResourceId": _function(STRING, STRING, gives=STRING, more=STRING),
    "take": _function(_TEXT_OR_LIST, INT, gives=_same),
    "tenant": _function(gives=_texts("tenantId", "displayName", "countryCode")),
    "toLower": _function(STRING, gives=STRING),
    "toUpper": _function(STRING, gives=STRING),
    "trim": _function(STRING, gives=STRING),
    "union": _function(_SIZED, _SIZED, gives=_merged, more=_SIZED),
    "uniqueString": _function(STRING, gives=STRING, more=STRING),
    "uri": _function(STRING, STRING, gives=STRING),
    "uriComponent": _function(STRING, gives=STRING),
}
