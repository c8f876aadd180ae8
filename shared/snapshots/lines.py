"""One offboarding as lines of JSON, and back. A line is whole in itself: whose it is, and what."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.adapters.stores import codec
from shared.domain.evidence.entry import Aside, Entry
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.ports.store import OffboardingStore

HEAD, HOLDING, ENTRY, EVIDENCE, ASIDE, MESSAGE = "offboarding", "holding", "entry", "evidence", "aside", "message"
SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is, and its JSON."""

    kind: str
    text: str


@dataclass(slots=True)
class Copy:
    """An offboarding as it was copied."""

    head: Offboarding
    holdings: list[HoldingRecord] = field(default_factory=list)
    timeline: list[TimelineEntry] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    outbox: list[OutboundMessage] = field(default_factory=list)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """The evidence with the texts beside it, from the first entry that is not among `after`."""
        beside: dict[int, list[Aside]] = {}
        for aside in self.asides:
            beside.setdefault(aside.seq, []).append(aside)
        for number, line in enumerate(self.evidence, 1):
            if number > after:
                yield Entry(number, EntryKind(json.loads(line)["kind"]), line, tuple(beside.get(number, ())))


def lines_of(store: OffboardingStore, head: Offboarding) -> list[Line]:
    """The head first. What is beside it was read after it and may be newer: what only grows is cut where the head ends,
    and a holding may be ahead of its head, as in the store itself."""
    identity = head.id
    found = [_line(HEAD, identity, codec.copied_offboarding(head))]
    for entry in store.timeline(identity):
        if entry.seq <= head.timeline_length:
            found.append(_line(ENTRY, identity, codec.dump_entry(entry)))
    if head.unread:
        return found
    entries = head.evidence.entries
    found += [_line(EVIDENCE, identity, json.dumps(line)) for line in store.evidence(identity)[:entries]]
    asides = (aside for aside in store.asides(identity) if aside.seq <= entries)
    found += [_line(ASIDE, identity, codec.dump_aside(aside)) for aside in asides]
    found += [_line(HOLDING, identity, codec.dump_holding(record)) for record in store.holdings(identity).values()]
    for message in store.outbox(identity):
        meta, body = codec.dump_message(message)
        text = json.dumps({"meta": json.loads(meta), "body": base64.b64encode(body).decode()})
        found.append(_line(MESSAGE, identity, text))
    return found


def shared_line(name: str, text: str) -> Line:
    """A text that all processes share."""
    return _line(SHARED, name, json.dumps(text))


def add(line: Mapping[str, Any], copies: dict[str, Copy], shared: dict[str, str]) -> None:
    """Take one line in. Raises ValueError or KeyError for what is none, and NewerRecordError."""
    kind, identity = str(line["is"]), str(line["of"])
    text = json.dumps(line["value"])
    if kind == SHARED:
        if not isinstance(line["value"], str):
            raise ValueError("a shared text that is none")
        shared[identity] = line["value"]
    elif kind == HEAD:
        head = codec.load_offboarding(text)
        if head.id != identity:
            raise ValueError("a head under the id of another one")
        copies[identity] = Copy(head)
    elif kind == HOLDING:
        copies[identity].holdings.append(codec.load_holding(text))
    elif kind == ENTRY:
        copies[identity].timeline.append(codec.load_entry(text))
    elif kind == EVIDENCE:
        copies[identity].evidence.append(str(line["value"]))
    elif kind == ASIDE:
        copies[identity].asides.append(codec.load_aside(text))
    elif kind == MESSAGE:
        body = base64.b64decode(line["value"]["body"], validate=True)
        copies[identity].outbox.append(codec.load_message(json.dumps(line["value"]["meta"]), body))
    else:
        raise ValueError(f"a line of an unknown kind: {kind[:40]}")


def _line(kind: str, identity: str, value: str) -> Line:
    return Line(kind, f'{{"is":"{kind}","of":{json.dumps(identity)},"value":{value}}}\n')
