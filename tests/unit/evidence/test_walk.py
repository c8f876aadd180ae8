"""Walking a chain: as far as each entry continues the one before, and why not farther."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from offboard.verify_evidence import BrokenError, canonical, read, sha256
from shared.domain.evidence.chain import ChainHead
from shared.domain.evidence.entry import Aside, Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.evidence.walk import walk
from tests.unit.evidence.making import OFFBOARDING, OTHER, STORY, chain, content, lines


def hashed(entry: dict[str, Any]) -> str:
    """The line of an entry, with the hash that fits."""
    body = {name: value for name, value in entry.items() if name != "hash"}
    return canonical({**body, "hash": sha256(canonical(body))})


def changed(number: int, **fields: Any) -> Callable[[list[str]], list[str]]:
    """One entry with other fields, hashed anew; what follows is as it was."""

    def change(found: list[str]) -> list[str]:
        return [*found[:number], hashed(json.loads(found[number]) | fields), *found[number + 1 :]]

    return change


BROKEN: dict[str, tuple[Callable[[list[str]], list[str]], int, str]] = {
    "a value": (lambda found: [*found[:2], found[2].replace('"d"', '"e"'), *found[3:]], 2, "entry 3 was changed"),
    "a space": (lambda found: [found[0].replace(":", ": ", 1), *found[1:]], 0, "entry 1 was changed"),
    "a name twice": (
        lambda found: [found[0].replace('"data":', '"data":{},"data":', 1), *found[1:]],
        0,
        "entry 1 was changed",
    ),
    "one left out": (lambda found: [found[0], *found[2:]], 1, "entry 2 does not continue the one before"),
    "two swapped": (
        lambda found: [found[0], found[2], found[1], *found[3:]],
        1,
        "entry 2 does not continue the one before",
    ),
    "one written anew": (changed(1, data={}), 2, "entry 3 does not continue the one before"),
    "another number": (changed(0, seq=2), 0, "entry 1 does not continue the one before"),
    "of another": (changed(0, offboardingId=OTHER), 0, "entry 1 belongs to another offboarding"),
    "an answer to nothing": (changed(4, data={"intent": 9}), 4, "entry 5 is the answer to no open intent"),
    "an answer without its intent": (changed(4, data={}), 4, "entry 5 cannot be read"),
    "an unknown kind": (changed(3, kind="gossip"), 3, "entry 4 cannot be read"),
    "data that is none": (changed(1, data="x"), 1, "entry 2 cannot be read"),
    "an actor that is none": (changed(1, actor=[]), 1, "entry 2 cannot be read"),
    "no JSON": (lambda found: [*found[:1], "}", *found[2:]], 1, "entry 2 cannot be read"),
    "no object": (lambda found: ["7", *found], 0, "entry 1 cannot be read"),
    "no hash": (lambda found: [*found[:1], "{}", *found[2:]], 1, "entry 2 cannot be read"),
    "nested without end": (lambda found: ["[" * 100_000, *found], 0, "entry 1 cannot be read"),
}


def test_a_whole_chain_is_walked_to_its_end() -> None:
    head, entries = chain()
    walked = walk(OFFBOARDING, [entry.line for entry in entries])
    assert (walked.head, walked.wrong) == (head, "")
    assert [entry["kind"] for entry in walked.entries] == [kind.value for kind, _, _ in STORY]


@pytest.mark.parametrize("length", range(len(STORY)))
def test_a_chain_is_walked_as_far_as_it_goes(length: int) -> None:
    """Intents that are open included: the same head as the one that appended."""
    head, entries = chain(STORY[:length])
    assert walk(OFFBOARDING, [entry.line for entry in entries]).head == head


def test_nothing_is_a_chain_too() -> None:
    walked = walk(OFFBOARDING, [])
    assert (walked.entries, walked.head, walked.wrong) == ((), ChainHead(), "")


@pytest.mark.parametrize("name", BROKEN)
def test_it_ends_where_something_is_wrong(name: str) -> None:
    change, whole, why = BROKEN[name]
    before = lines()
    walked = walk(OFFBOARDING, change(lines()))
    assert walked.wrong.startswith(why)
    assert len(walked.entries) == walked.head.entries == whole
    if name != "one written anew":
        assert walked.head == walk(OFFBOARDING, before[:whole]).head


@pytest.mark.parametrize("name", [name for name in BROKEN if name not in ("a space", "an unknown kind")])
def test_the_verifier_that_stands_alone_finds_the_same(name: str) -> None:
    """Two walkers: one for the pipeline, one that an auditor has alone. That knows no kinds and takes any spelling."""
    change, _, _ = BROKEN[name]
    with pytest.raises(BrokenError):
        read(content(*change(lines())))


def test_the_newest_entry_of_a_kind_is_found() -> None:
    walked = walk(OFFBOARDING, lines())
    found = walked.last(EntryKind.INTENT, EntryKind.ANSWER)
    assert found is not None
    assert found["seq"] == 6
    assert walked.last(EntryKind.REJECTION) is None


ASIDES = {
    "another text": Aside(1, "data.requestedBy", "salt-1", "somebody@partner.example"),
    "another salt": Aside(1, "data.requestedBy", "salt-2", "grace@partner.example"),
    "another place": Aside(1, "data.requestId", "salt-1", "grace@partner.example"),
    "no such place": Aside(1, "data.nothing", "salt-1", "grace@partner.example"),
    "a place in a text": Aside(1, "data.requestId.more", "salt-1", "grace@partner.example"),
    "no such entry": Aside(99, "data.requestedBy", "salt-1", "grace@partner.example"),
    "no entry at all": Aside(0, "data.requestedBy", "salt-1", "grace@partner.example"),
}


@pytest.mark.parametrize("name", ASIDES)
def test_a_text_that_is_not_that_of_its_entry_does_not_fit(name: str) -> None:
    assert not walk(OFFBOARDING, lines()).fits(ASIDES[name])


def test_every_text_that_was_put_beside_fits() -> None:
    _, entries = chain()
    asides = [aside for entry in entries for aside in entry.asides]
    walked = walk(OFFBOARDING, [entry.line for entry in entries])
    assert len(asides) > 1
    assert all(walked.fits(aside) for aside in asides)


def test_a_text_within_a_list_fits() -> None:
    kind, actor, _ = STORY[1]
    _, entries = chain(((kind, actor, {"names": [Personal("a"), Personal("b")]}),))
    walked = walk(OFFBOARDING, [entry.line for entry in entries])
    assert all(walked.fits(aside) for aside in entries[0].asides)
    assert len(entries[0].asides) == 2
    assert not walked.fits(Aside(1, "data.names.7", "salt-1", "a"))
    assert not walked.fits(Aside(1, "data.names.x", "salt-1", "a"))
