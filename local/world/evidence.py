"""Does the evidence tell what the tenant saw? The simulator's journal is the oracle.

Every write in the journal has an intent in the evidence, with the same MS-RequestId, method and path, and no entry
claims an answer that the tenant did not give.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from weakref import WeakKeyDictionary

from local.world.world import World
from offboard.verify_evidence import read

Call = tuple[str, str, str]
GROWTH = 1.5
_checked: WeakKeyDictionary[World, tuple[int, int]] = WeakKeyDictionary()
READS = ("/oauth2/", "/calculaterefund")
"""Paths of a POST that changes nothing."""


def check_evidence(world: World) -> None:
    """Every chain is whole, ends where its offboarding says, and its writes are those of the journal (I10).

    A world that comes to rest again and again is checked when its evidence has grown by half, or something has ended.
    """
    there = world.all()
    grown = (sum(item.evidence.entries for item in there), sum(item.finished for item in there))
    last = _checked.get(world, (0, 0))
    if grown[1] == last[1] and grown[0] < last[0] * GROWTH:
        return
    _checked[world] = grown
    chains = {item.id: read(content(world, item.id)) for item in world.all()}
    for item in world.all():
        found = chains[item.id]
        assert (len(found.entries), found.head) == (item.evidence.entries, item.evidence.head), item.id
        assert not (item.finished and found.unanswered), f"{item.id}: intents {found.unanswered} stay open"
        assert found.entries[0]["kind"] == "request"
    _compare(world.journal(), [entry for found in chains.values() for entry in found.entries])


def content(world: World, offboarding_id: str) -> bytes:
    """The file, without a signature."""
    return "".join(f"{line}\n" for line in world.store.evidence(offboarding_id)).encode()


def _compare(journal: list[dict[str, Any]], entries: list[dict[str, Any]]) -> None:
    intents = {(entry["offboardingId"], entry["seq"]): entry["data"] for entry in entries if entry["kind"] == "intent"}
    told, statuses, unsent = Counter(map(_call, intents.values())), Counter[tuple[Call, int]](), Counter[Call]()
    for entry in entries:
        if entry["kind"] != "answer":
            continue
        call = _call(intents[entry["offboardingId"], entry["data"]["intent"]])
        if "status" in entry["data"]:
            statuses[call, entry["data"]["status"]] += 1
        unsent[call] += str(entry["data"].get("none", "")).startswith("not sent")
    seen = [entry for entry in journal if _is_write(entry)]
    writes = Counter(map(_call, seen))
    assert not writes - (told - unsent), f"writes without an intent: {writes - (told - unsent)}"
    answers = Counter((_call(entry), int(entry["status"])) for entry in seen)
    assert not statuses - answers, f"answers that nobody gave: {statuses - answers}"
    silent = [entry for entry in journal if entry["effects"] and entry["requestId"] and not _is_write(entry)]
    assert not silent, f"effects of what is no write: {silent}"


def _call(found: dict[str, Any]) -> Call:
    return str(found["requestId"]).lower(), str(found["method"]), str(found["path"]).lower()


def _is_write(entry: dict[str, Any]) -> bool:
    path = str(entry["path"]).lower()
    return entry["method"] != "GET" and not path.startswith("/_simulator") and not any(part in path for part in READS)
