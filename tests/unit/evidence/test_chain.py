"""The chain: whatever is appended verifies, and its form is RFC 8785."""

import hashlib
import json
import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from offboard.verify_evidence import canonical as verifiers
from offboard.verify_evidence import read
from shared.domain.evidence.canonical import canonical
from shared.domain.evidence.chain import NOTHING_BEFORE, Data
from shared.domain.evidence.entry import Personal, salted_hash
from shared.domain.evidence.kinds import EntryKind
from shared.domain.people.actor import PIPELINE, Actor
from tests.unit.evidence.making import ADA, STORY, chain, content, lines

NAMES = st.text(st.characters(codec="ascii"), max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
FREE = frozenset(EntryKind) - {EntryKind.INTENT, EntryKind.ANSWER}
ENTRIES = st.lists(
    st.tuples(st.sampled_from(sorted(FREE)), st.sampled_from([PIPELINE, ADA]), st.dictionaries(NAMES, VALUES)),
    min_size=1,
    max_size=5,
)


@given(st.dictionaries(NAMES, VALUES))
def test_the_canonical_form_is_that_of_rfc_8785_in_the_chain_and_in_the_verifier(value: dict[str, Any]) -> None:
    expected = rfc8785.dumps(value).decode()
    assert canonical(value) == expected
    assert verifiers(value) == expected


def test_the_canonical_form_is_sorted_has_no_spaces_and_writes_texts_as_they_are() -> None:
    assert canonical({"b": "é", "a": [1, None, True]}) == '{"a":[1,null,true],"b":"é"}'
    assert canonical({"a": "half \ud800"}) == '{"a":"half ?"}'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_json_has_no_word_for_is_refused(number: float) -> None:
    wrong: dict[str, Any] = {"a": number}
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical(wrong)


@given(st.dictionaries(TEXTS, TEXTS))
def test_the_verifier_sorts_any_names_as_rfc_8785_does(value: dict[str, str]) -> None:
    assert verifiers(value) == rfc8785.dumps(dict(value)).decode()


@pytest.mark.long
@given(ENTRIES)
def test_any_sequence_of_entries_verifies(story: list[tuple[EntryKind, Actor, Data]]) -> None:
    found = read(content(*lines(story)))
    assert [entry["kind"] for entry in found.entries] == [kind.value for kind, _, _ in story]


def test_each_entry_has_the_hash_of_its_own_content_and_of_the_one_before() -> None:
    head, entries = chain()
    before = NOTHING_BEFORE
    for number, entry in enumerate(entries, start=1):
        value = json.loads(entry.line)
        digest = value.pop("hash")
        assert (value["seq"], value["prev"]) == (number, before)
        assert digest == hashlib.sha256(rfc8785.dumps(value)).hexdigest()
        before = digest
    assert (head.entries, head.head, head.open) == (len(STORY), before, ())


def test_times_have_microseconds_and_z_also_where_they_are_even() -> None:
    assert json.loads(lines()[0])["at"] == "2026-11-25T21:37:15.123456Z"


def test_a_personal_text_stands_beside_the_chain_which_has_its_salted_hash() -> None:
    _, entries = chain()
    (aside,) = entries[0].asides
    assert (aside.field, aside.text) == ("data.requestedBy", "grace@partner.example")
    assert json.loads(entries[0].line)["data"]["requestedBy"] == {"sha256": salted_hash(aside.salt, aside.text)}
    (name,) = entries[2].asides
    assert (name.seq, name.field, name.text) == (3, "actor.name", "Ada")
    assert not any(word in entry.line for entry in entries for word in ("grace", "Ada"))


def test_personal_texts_in_lists_are_found_again_by_their_place() -> None:
    story: list[tuple[EntryKind, Actor, Data]] = [
        (EntryKind.NOTE, PIPELINE, {"who": [Personal("Ada"), {"and": Personal("Grace")}]})
    ]
    _, (entry,) = chain(story)
    assert [aside.field for aside in entry.asides] == ["data.who.0", "data.who.1.and"]


def test_half_a_surrogate_pair_is_no_reason_to_fail() -> None:
    _, (entry,) = chain([(EntryKind.NOTE, PIPELINE, {"code": "a\ud800", "by": Personal("b\udfff")})])
    assert read(content(entry.line)).entries[0]["data"]["code"] == "a?"
    assert entry.asides[0].text == "b?"


def test_an_intent_is_open_until_it_is_answered_or_something_was_read() -> None:
    opened = [chain(STORY[:number])[0].open for number in range(len(STORY) + 1)]
    assert opened == [(), (), (), (), (4,), (), (6,), (), ()]
    assert json.loads(lines()[6])["data"]["closes"] == [6]
