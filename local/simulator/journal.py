"""The journal: an entry for each request, with the error code and the effect that it had, and for each new term."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from local.simulator.messages import Json, encode
from local.simulator.times import iso7


@dataclass(frozen=True, slots=True)
class Effect:
    """A real change of state and the holding that it happened to. *detail*: more of it, such as the new term."""

    name: str
    holding: str
    detail: str | None = None

    def to_json(self) -> Json:
        """As a journal line shows it."""
        shown = {"effect": self.name, "holding": self.holding}
        return shown if self.detail is None else shown | {"detail": self.detail}


BY_TIME = "TIME"
"""The method of an entry that no request made: time alone did it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request, or what time alone did (method TIME, status 0). No token, no body.

    Moments: *time* is business time, *machine_time* machine time. *routed* false: the simulator serves no such route.
    """

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
    routed: bool = True

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
            "effects": [one.to_json() for one in self.effects],
            "customer": self.customer,
            "holding": self.holding,
            "requestId": self.request_id,
            "replayed": self.replayed,
            "faults": list(self.faults),
            "retryAfter": self.retry_after,
            "routed": self.routed,
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
