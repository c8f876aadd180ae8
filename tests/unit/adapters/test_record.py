from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.record import Record
from shared.domain.errors import UnreadableAnswerError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
READERS: list[Callable[[Record, str], object]] = [
    Record.text,
    Record.required,
    Record.reference,
    Record.integer,
    Record.amount,
    Record.flag,
    Record.moment,
    Record.child,
    Record.children,
    Record.texts,
]


@pytest.mark.parametrize(
    ("value", "found"),
    [(20.72, "20.72"), (0, "0"), (-3, "-3"), (1000, "1000"), ("20.720", "20.720"), (" 7 ", "7"), (1e3, "1000.0")],
)
def test_an_amount_is_exact_as_it_was_written(value: object, found: str) -> None:
    assert str(Record({"x": value}, "answer").amount("x")) == found


@pytest.mark.parametrize("value", ["much", "NaN", "Infinity", True, [1], {"a": 1}])
def test_what_is_no_amount_is_not_guessed(value: object) -> None:
    with pytest.raises(UnreadableAnswerError, match="a number"):
        Record({"x": value}, "answer").amount("x")


def test_keys_are_found_in_any_case() -> None:
    record = Record({"CompanyProfile": {"TENANTID": "t"}, "items": [{"Id": 7}]}, "answer")
    assert record.child("companyProfile").text("tenantId") == "t"
    assert [item.text("id") for item in record.children("Items")] == ["7"]


@pytest.mark.parametrize("value", [None, "", "  "])
def test_absent_null_and_blank_are_none_and_never_false_or_zero(value: object) -> None:
    record = Record({} if value is None else {"x": value}, "answer")
    assert record.text("x") is None
    assert record.integer("x") is None
    assert record.amount("x") is None
    assert record.flag("x") is None
    assert record.moment("x") is None
    assert record.reference("x") is None


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (Record.integer, 3, 3),
        (Record.integer, "25", 25),
        (Record.integer, 4.0, 4),
        (Record.flag, True, True),
        (Record.flag, "False", False),
        (Record.text, 42, "42"),
        (Record.reference, "00000000-0000-0000-0000-000000000000", None),
        (Record.reference, "abc", "abc"),
    ],
)
def test_tolerated_spellings(read: Callable[[Record, str], object], value: object, expected: object) -> None:
    assert read(Record({"x": value}, "answer"), "x") == expected


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (Record.integer, 1.5),
        (Record.integer, True),
        (Record.integer, "many"),
        (Record.flag, 0),
        (Record.flag, "no"),
        (Record.text, ["a"]),
        (Record.required, None),
        (Record.moment, "tomorrow"),
        (Record.child, "text"),
        (Record.children, {"a": 1}),
        (Record.children, ["text"]),
        (Record.texts, [1]),
    ],
)
def test_a_wrong_type_names_the_field(read: Callable[[Record, str], object], value: object) -> None:
    with pytest.raises(UnreadableAnswerError, match=r"answer\.field"):
        read(Record({"field": value}, "answer"), "field")


def test_two_spellings_of_one_field_must_agree() -> None:
    assert Record({"Status": None, "status": "active"}, "answer").text("status") == "active"
    with pytest.raises(UnreadableAnswerError, match="twice"):
        Record({"Status": "deleted", "status": "active"}, "answer")


@given(JSON)
def test_any_value_is_read_or_refused_but_never_crashes(value: object) -> None:
    for read in READERS:
        try:
            read(Record({"x": value}, "answer"), "x")
        except UnreadableAnswerError as error:
            assert "answer.x" in str(error)  # noqa: PT017
