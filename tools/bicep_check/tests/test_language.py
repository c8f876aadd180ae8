"""From characters to nodes: what is read, and where reading stops."""

import pytest

from tools.bicep_check.language.nodes import (
    Array,
    Binary,
    Call,
    Certain,
    Expression,
    Member,
    Number,
    Object,
    Reference,
    String,
    Ternary,
    UnionType,
    Variable,
)
from tools.bicep_check.language.parse import parse
from tools.bicep_check.language.tokens import BicepSyntaxError


def value(text: str) -> Expression:
    [found] = parse(f"var x = {text}")
    assert isinstance(found, Variable)
    return found.value


def test_an_empty_file_declares_nothing() -> None:
    assert parse("") == parse("\n// nothing\n\n/* really\nnothing */\n") == []


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("''", ""),
        ("'a // b'", "a // b"),
        (r"'it\'s \u{1F600} \${x}\n'", "it's 😀 ${x}\n"),
        ("'$5'", "$5"),
        ("'''\nline ${no}\n'quoted' '''", "line ${no}\n'quoted' "),
    ],
)
def test_text(written: str, plain: str) -> None:
    found = value(written)
    assert isinstance(found, String)
    assert found.plain == plain


def test_text_with_holes() -> None:
    found = value("'a${b}c${{ d: '}' }.d}'")
    assert isinstance(found, String)
    assert [str(piece) for piece in found.pieces[::2]] == ["a", "c", ""]
    assert [type(hole) for hole in found.holes] == [Reference, Member]


def test_a_call_may_begin_an_array() -> None:
    found = value("[resourceGroup().id\n'b', c]")
    assert isinstance(found, Array)
    assert [type(item) for item in found.items] == [Member, String, Reference]


def test_operators_bind_as_usual() -> None:
    found = value("!a && b == 1 + 2 * 3 ? c : d ?? e")
    assert isinstance(found, Ternary)
    assert isinstance(found.condition, Binary)
    assert found.condition.sign == "&&"
    assert isinstance(found.condition.right, Binary)
    assert isinstance(found.condition.right.right, Binary)
    assert [found.condition.right.sign, found.condition.right.right.sign] == ["==", "+"]


def test_a_mark_behind_says_that_something_is_there() -> None:
    found = value("a && !b!.c != d!")
    assert isinstance(found, Binary)
    assert isinstance(found.right, Binary)
    assert (found.sign, found.right.sign) == ("&&", "!=")
    assert isinstance(found.right.right, Certain)
    assert len(parse("var a = b!\nvar c = !a\n")) == 2


def test_lines_go_on_next_to_operators_and_inside_parentheses() -> None:
    found = value("a\n  ? concat(\n  b,\n\n  c)\n  : d ||\n  e")
    assert isinstance(found, Ternary)
    assert isinstance(found.yes, Call)
    assert len(found.yes.arguments) == 2


def test_words_of_the_language_are_names_too() -> None:
    found = value("{ for: type.output.in\n  if: 1, existing: resource }")
    assert isinstance(found, Object)
    assert [item.name for item in found.properties] == ["for", "if", "existing"]


def test_a_string_that_looks_like_an_operator_ends_a_line() -> None:
    assert len(parse("var a = '|'\nvar b = a\n")) == 2


def test_a_union_has_any_number_of_options() -> None:
    [found] = parse("type x = 'a' | 'b'\n  | 'c' | 4 | true")
    assert isinstance(getattr(found, "type", None), UnionType)


def test_places_count_from_one() -> None:
    found = value("[\n  1\n   22\n]")
    assert isinstance(found, Array)
    assert [(item.line, item.column) for item in found.items if isinstance(item, Number)] == [(2, 3), (3, 4)]


@pytest.mark.parametrize(
    ("text", "line", "column", "sentence"),
    [
        ("var x = 'a", 1, 9, "the string is not closed"),
        ("var x = '''a", 1, 11, "the string is not closed"),
        (r"var x = 'a\q'", 1, 11, "unknown escape"),
        ("var x = 'a${b'", 1, 14, "the string is not closed"),
        ("var x = {\n  a: [1\n}", 3, 1, "the '[' of line 2 is not closed before it"),
        ("var x = a)", 1, 10, "nothing is open"),
        ("var x = [1", 1, 9, "'[' is not closed"),
        ("var x = 1 var y = 2", 1, 11, "'var' is not understood here; expected the end of the line"),
        ("var x = { a: 1 b: 2 }", 1, 16, "'b' is not understood here; expected ',' or '}' or the end of the line"),
        ("var x = f(a b)", 1, 13, "'b' is not understood here; expected ')' or ','"),
        ("var x = [1 2]", 1, 12, "'2' is not understood here; expected ',' or ']' or the end of the line"),
        ("var x =", 1, 7, "the end of the line is not understood here"),
        ("@secure()", 1, 9, "the end of the file is not understood here"),
        ("var x = map(y, z => z)", 1, 18, "'=' is not understood here"),
        ("var x = { ...y }", 1, 11, "'.' is not understood here"),
        ("#disable-next-line no-unused-vars", 1, 1, "'#' is not understood here"),
        ("import { x } from 'y.bicep'", 1, 1, "'import' is not understood here"),
    ],
)
def test_what_cannot_be_read_has_a_place(text: str, line: int, column: int, sentence: str) -> None:
    with pytest.raises(BicepSyntaxError) as caught:
        parse(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert sentence in str(caught.value)
