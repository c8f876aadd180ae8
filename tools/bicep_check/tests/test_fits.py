"""Which values fit where."""

import pytest

from tools.bicep_check.shapes.fits import misfit
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
    Kind,
    ListOf,
    Literal,
    Scalar,
    Shape,
    of_json,
    one_of,
    optional,
)

SKUS = one_of([Literal("Standard"), Literal("Premium")])
OPEN_SKUS = one_of([Literal("Standard"), Literal("Premium"), STRING])
NAMED = Fields("object", {"name": Field.of(STRING, required=True), "size": Field.of(INT)})


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (ANYTHING, INT),
        (INT, ANYTHING),
        (Literal("a"), STRING),
        (Literal(True), BOOL),
        (STRING, SKUS),
        (Literal("Premium"), SKUS),
        (SKUS, STRING),
        (SKUS, OPEN_SKUS),
        (NULL, optional(INT)),
        (Literal(3), optional(INT)),
        (Literal("abc"), Scalar(Kind.STRING, 3, 3)),
        (Literal(7), Scalar(Kind.INT, 7, 90)),
        (ListOf(Literal(1)), ListOf(INT)),
        (ANY_LIST, ListOf(INT)),
        (ANY_OBJECT, NAMED),
        (of_json({"name": "x"}), NAMED),
        (of_json({"name": "x", "size": 1}), ANY_OBJECT),
    ],
)
def test_fits(value: Shape, wanted: Shape) -> None:
    assert misfit(value, wanted) is None


@pytest.mark.parametrize(
    ("value", "wanted", "sentence"),
    [
        (STRING, INT, "string does not fit int"),
        (Literal(True), INT, "true does not fit int"),
        (Literal(1), BOOL, "1 does not fit bool"),
        (NULL, STRING, "null does not fit string"),
        (Literal("premium"), SKUS, "'premium' is not one of 'Standard' | 'Premium'"),
        (Literal("premium"), OPEN_SKUS, "'premium' is not one of 'Standard' | 'Premium' | string"),
        (one_of([SKUS, Literal("Basic")]), SKUS, "'Basic' is not one of 'Standard' | 'Premium'"),
        (one_of([STRING, NULL]), STRING, "null does not fit string"),
        (Literal("ab"), Scalar(Kind.STRING, 3), "'ab' has 2 characters; at least 3 is wanted"),
        (Literal(91), Scalar(Kind.INT, 7, 90), "91 is out of range; at most 90 is wanted"),
        (Literal("x"), optional(INT), "'x' does not fit int"),
        (ListOf(STRING), ListOf(INT), "items: string does not fit int"),
        (STRING, ANY_LIST, "string does not fit an array"),
        (ANY_LIST, ANY_OBJECT, "an array does not fit an object"),
        (of_json({}), NAMED, "property 'name' is missing"),
        (of_json({"name": 1}), NAMED, "property 'name': 1 does not fit string"),
        (of_json({"name": "x", "nmae": "y"}), NAMED, "an object has no property 'nmae'"),
    ],
)
def test_does_not_fit(value: Shape, wanted: Shape, sentence: str) -> None:
    assert misfit(value, wanted) == sentence
