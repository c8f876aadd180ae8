"""What the exported evidence knows of the time after a snapshot: that an offboarding has ended, and how."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from shared.domain.codes import ReasonCode
from shared.domain.evidence.canonical import canonical
from shared.domain.evidence.chain import NOTHING_BEFORE, ChainHead
from shared.domain.evidence.kinds import EntryKind
from shared.domain.evidence.seal import Seal
from shared.domain.offboarding.states import TERMINAL, Status
from shared.ports.shelf import Shelf
from shared.snapshots.lines import Copy


@dataclass(frozen=True, slots=True)
class Ended:
    """The whole evidence of an offboarding that ended after the snapshot, and what its outcome says."""

    lines: tuple[str, ...]
    chain: ChainHead
    seal: Seal
    status: Status
    code: ReasonCode
    at: datetime


@dataclass(frozen=True, slots=True)
class Differs:
    """There is evidence, and it does not go on from what was restored."""

    why: str


def ended_since(archive: Shelf, copy: Copy) -> Ended | Differs | None:
    """None where nothing was exported: it was still under way, or had ended when the snapshot was taken."""
    head = copy.head
    content = archive.get(f"{head.id}.evidence.jsonl") if not head.finished else None
    if content is None:
        return None
    *lines, seal = content.decode("utf-8", "replace").rstrip("\n").split("\n")
    if lines[: len(copy.evidence)] != copy.evidence or len(lines) <= len(copy.evidence):
        return Differs("its exported evidence does not go on from what the snapshot has")
    last = _last_hash(lines)
    if last is None:
        return Differs("its exported evidence is broken")
    return _outcome(tuple(lines), last, seal) or Differs("its exported evidence has no outcome that is known here")


def _last_hash(lines: list[str]) -> str | None:
    """The end of the chain, each entry checked against the one before; None where it is broken."""
    before = NOTHING_BEFORE
    try:
        for number, line in enumerate(lines, 1):
            entry = json.loads(line)
            said = entry.pop("hash")
            if (entry["seq"], entry["prev"]) != (number, before):
                return None
            if hashlib.sha256(canonical(entry).encode()).hexdigest() != said:
                return None
            before = said
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return before


def _outcome(lines: tuple[str, ...], last: str, seal: str) -> Ended | None:
    entries = [json.loads(line) for line in lines]
    told = next((entry for entry in reversed(entries) if entry["kind"] == EntryKind.OUTCOME.value), None)
    try:
        if told is None or (status := Status(told["data"]["status"])) not in TERMINAL:
            return None
        code = ReasonCode(told["data"].get("reason", ReasonCode.RECORD_RESTORED.value))
        at = datetime.fromisoformat(told["at"])
    except (ValueError, KeyError):
        return None
    return Ended(lines, ChainHead(len(lines), last), Seal(last, seal), status, code, at)
