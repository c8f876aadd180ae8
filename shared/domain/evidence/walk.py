"""Walking a chain of entries: as far as each one continues the one before, and what is wrong with the next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.evidence.canonical import canonical
from shared.domain.evidence.chain import ChainHead, still_open
from shared.domain.evidence.entry import Aside, salted_hash
from shared.domain.evidence.kinds import EntryKind


@dataclass(frozen=True, slots=True)
class Walked:
    """The entries that are whole, from the first one on, and where they end. `wrong`: what is the matter with the one
    that follows them, as a sentence; "" where the chain is whole."""

    entries: tuple[Mapping[str, Any], ...]
    head: ChainHead
    wrong: str = ""

    def last(self, *kinds: EntryKind) -> Mapping[str, Any] | None:
        """The newest entry of one of these kinds."""
        wanted = {kind.value for kind in kinds}
        return next((entry for entry in reversed(self.entries) if entry["kind"] in wanted), None)

    def fits(self, aside: Aside) -> bool:
        """Whether the entry has the hash of this personal text, at this place."""
        try:
            found: Any = self.entries[aside.seq - 1] if aside.seq > 0 else None
            for name in aside.field.split("."):
                found = found[int(name)] if isinstance(found, list) else found[name]
        except (LookupError, ValueError, TypeError):
            return False
        return bool(found == {"sha256": salted_hash(aside.salt, aside.text)})


def walk(offboarding_id: str, lines: Iterable[str]) -> Walked:
    """All of `lines`, or as many as are the evidence of this offboarding, unchanged and in order.

    Says nothing of who wrote them: whoever can write one line can write all of them anew. That a signature says.
    """
    head, entries = ChainHead(), list[Mapping[str, Any]]()
    for line in lines:
        try:
            entry = json.loads(line)
            wrong = _wrong(offboarding_id, head, entry, line)
            if not wrong:
                open_now = still_open(head, EntryKind(entry["kind"]), head.entries + 1, entry["data"])
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            wrong = f"entry {head.entries + 1} cannot be read"
        if wrong:
            return Walked(tuple(entries), head, wrong)
        head = ChainHead(head.entries + 1, entry["hash"], open_now)
        entries.append(entry)
    return Walked(tuple(entries), head)


def _wrong(offboarding_id: str, head: ChainHead, entry: Mapping[str, Any], line: str) -> str:
    due = head.entries + 1
    if not isinstance(entry["data"], dict) or not isinstance(entry["actor"], dict):
        return f"entry {due} cannot be read"
    body = {name: value for name, value in entry.items() if name != "hash"}
    # Spelled as it was written: nothing stands in the line that the hash does not cover.
    if hashlib.sha256(canonical(body).encode()).hexdigest() != entry["hash"] or canonical(entry) != line:
        return f"entry {due} was changed: its hash does not fit its content"
    if entry["offboardingId"] != offboarding_id:
        return f"entry {due} belongs to another offboarding"
    if (entry["seq"], entry["prev"]) != (due, head.head):
        return f"entry {due} does not continue the one before: one was removed, added or moved"
    if EntryKind(entry["kind"]) is EntryKind.ANSWER and entry["data"]["intent"] not in head.open:
        return f"entry {due} is the answer to no open intent"
    return ""
