"""The journal: one entry for each request, with the error code and the effect that it had."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from local.simulator.messages import Json, encode
from local.simulator.times import iso7


@dataclass(frozen=True, slots=True)
class Effect:
    """A real change of state and the holding that it happened to."""

    name: str
    holding: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One request. Moments: *time* is business time, *machine_time* machine time. No token, no body."""

    seq: int
    time: datetime
    machine_time: datetime
    method: str
    path: str
    query: str
    status: int
    code: str | None = None
    effects: tuple[Effect, ...] = ()
    customer: str | None = None
    holding: str | None = None
    request_id: str | None = None
    replayed: bool = False
    faults: tuple[str, ...] = ()
    retry_after: str | None = None

    def to_json(self) -> Json:
        """The shape of a journal line; *effect* is the first of *effects*."""
        return {
            "seq": self.seq,
            "time": iso7(self.time),
            "machineTime": iso7(self.machine_time),
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "status": self.status,
            "code": self.code,
            "effect": self.effects[0].name if self.effects else None,
            "effects": [{"effect": one.name, "holding": one.holding} for one in self.effects],
            "customer": self.customer,
            "holding": self.holding,
            "requestId": self.request_id,
            "replayed": self.replayed,
            "faults": list(self.faults),
            "retryAfter": self.retry_after,
        }


ENTRY = TypeAdapter(Entry)


class Journal:
    """All entries, in memory; persistence keeps a copy."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        self._entries = entries or []

    @property
    def next_seq(self) -> int:
        """Sequence numbers start at 1 and have no gaps."""
        return len(self._entries) + 1

    def append(self, entry: Entry) -> None:
        """Add the entry whose turn it is."""
        self._entries.append(entry)

    def since(self, seq: int) -> list[Entry]:
        """Entries with at least that sequence number."""
        return self._entries[max(seq, 1) - 1 :]

    def lines(self, seq: int) -> bytes:
        """The same as JSON lines."""
        return b"".join(encode(entry.to_json()) + b"\n" for entry in self.since(seq))
