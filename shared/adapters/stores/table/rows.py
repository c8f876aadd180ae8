"""What stands in the rows of an offboarding: head, holdings, timeline entries and outbox messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any

from shared.adapters.stores import codec
from shared.adapters.stores.table import keys
from shared.adapters.stores.table.payload import bytes_properties, read_bytes, read_text, text_properties
from shared.domain.evidence.entry import Aside, Entry
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, TERMINAL, Status
from shared.ports.listing import listed

SUMMARY = (
    "version", "writer", "status", "customerId", "updatedAt", "nextAttemptAt", "claimExpiresAt", "forgotten", "listed",
    "batchId",
)  # fmt: skip
_STATUSES = {status.value: status for status in Status}
_WOKEN = RUNNABLE | {Status.NEEDS_ATTENTION}


@dataclass(frozen=True, slots=True)
class Place:
    """Where an offboarding is stored, and its place in lists; neither ever changes."""

    offboarding_id: str
    partition: str
    position: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A head without its JSON: what the index follows from. `version` counts the writes, `writer` names the last,
    `listed` tells whether what lists compare is another by now."""

    version: int
    writer: str
    status: Status
    customer_id: str | None
    updated_at: datetime
    next_attempt_at: datetime | None
    claim_expires_at: datetime | None
    forgotten: bool = False
    etag: str = ""
    listed: str = ""
    batch_id: str | None = None

    @property
    def finished(self) -> bool:
        return self.status in TERMINAL

    @property
    def wakes_at(self) -> datetime | None:
        """When the sweeper is to look at it, its outbox left aside (business time)."""
        return self.next_attempt_at if self.status in _WOKEN else None

    def entries(self, place: Place) -> frozenset[str]:
        """The index rows under which it is listed."""
        listed = {keys.with_status(self.status.value, place.position)}
        if self.customer_id is not None:
            listed.add(keys.of_customer(self.customer_id, place.position))
        if self.batch_id is not None:
            listed.add(keys.of_batch(self.batch_id, place.position))
        if self.finished and not self.forgotten:
            listed.add(keys.finished(self.updated_at, place.offboarding_id))
        return frozenset(listed)


def summarize(head: Offboarding, version: int, writer: str, *, forgotten: bool = False) -> Summary:
    """The summary of a head that is about to be stored."""
    expires = head.claim.expires_at if head.claim else None
    return Summary(
        version=version,
        writer=writer,
        status=head.status,
        customer_id=head.customer_id,
        updated_at=head.updated_at,
        next_attempt_at=head.next_attempt_at,
        claim_expires_at=expires,
        forgotten=forgotten,
        listed=keys.digest("\n".join(astuple(listed(head)))),
        batch_id=head.request.batch_id,
    )


def head_row(place: Place, head: Offboarding, summary: Summary) -> dict[str, Any]:
    """Summary and JSON; properties without a value are left out."""
    row: dict[str, Any] = {
        **_key(place, keys.head(head.id)),
        "version": summary.version,
        "writer": summary.writer,
        "status": summary.status.value,
        "updatedAt": summary.updated_at.isoformat(),
        "listed": summary.listed,
        **text_properties(codec.dump_offboarding(head)),
    }
    if summary.customer_id is not None:
        row["customerId"] = summary.customer_id
    if summary.batch_id is not None:
        row["batchId"] = summary.batch_id
    if summary.next_attempt_at is not None:
        row["nextAttemptAt"] = summary.next_attempt_at.isoformat()
    if summary.claim_expires_at is not None:
        row["claimExpiresAt"] = summary.claim_expires_at.isoformat()
    if summary.forgotten:
        row["forgotten"] = True
    return row


def read_summary(row: Mapping[str, Any], etag: str) -> Summary:
    return Summary(
        version=int(row["version"]),
        writer=str(row["writer"]),
        status=_status(str(row["status"])),
        customer_id=row.get("customerId"),
        updated_at=datetime.fromisoformat(row["updatedAt"]),
        next_attempt_at=_moment(row.get("nextAttemptAt")),
        claim_expires_at=_moment(row.get("claimExpiresAt")),
        forgotten=bool(row.get("forgotten")),
        etag=etag,
        listed=str(row.get("listed", "")),
        batch_id=row.get("batchId"),
    )


def read_head(row: Mapping[str, Any]) -> Offboarding:
    return codec.load_offboarding(read_text(row))


def holding_rows(place: Place, records: Iterable[HoldingRecord]) -> list[dict[str, Any]]:
    """A row for each holding."""
    by_key = {record.holding.key: record for record in records}
    return [
        {**_key(place, keys.holding(place.offboarding_id, key)), **text_properties(codec.dump_holding(record))}
        for key, record in by_key.items()
    ]


def read_holding(row: Mapping[str, Any]) -> HoldingRecord:
    return codec.load_holding(read_text(row))


def note_rows(place: Place, entries: Iterable[TimelineEntry], version: int) -> list[dict[str, Any]]:
    """One row for all entries of one write, a line of JSON for each, so that any number of them is stored at once."""
    lines = "\n".join(codec.dump_entry(entry) for entry in entries)
    return [{**_key(place, keys.note(place.offboarding_id, version)), **text_properties(lines)}] if lines else []


def read_notes(row: Mapping[str, Any]) -> list[TimelineEntry]:
    return [codec.load_entry(line) for line in read_text(row).split("\n")]


def evidence_rows(place: Place, entries: Iterable[Entry], version: int) -> list[dict[str, Any]]:
    """One row for all entries of one write, and one for the personal texts beside them, which is deleted earlier."""
    found = tuple(entries)
    lines = "\n".join(entry.line for entry in found)
    asides = "\n".join(codec.dump_aside(aside) for entry in found for aside in entry.asides)
    rows = {keys.evidence(place.offboarding_id, version): lines, keys.aside(place.offboarding_id, version): asides}
    return [{**_key(place, key), **text_properties(text)} for key, text in rows.items() if text]


def read_evidence(row: Mapping[str, Any]) -> list[str]:
    return read_text(row).split("\n")


def read_asides(row: Mapping[str, Any]) -> list[Aside]:
    return [codec.load_aside(line) for line in read_text(row).split("\n")]


def owed_rows(place: Place, messages: Iterable[OutboundMessage], version: int) -> list[dict[str, Any]]:
    """A row for each message, found by its id; `sequence` keeps the order."""
    by_id: dict[str, OutboundMessage] = {}
    for message in messages:
        by_id.pop(message.id, None)
        by_id[message.id] = message
    rows = []
    for number, message in enumerate(by_id.values()):
        meta, body = codec.dump_message(message)
        row = {
            **_key(place, keys.owed(place.offboarding_id, message.id)),
            "sequence": f"{version:010d}:{number:05d}",
            "createdAt": message.created_at.isoformat(),
        }
        rows.append({**row, **text_properties(meta), **bytes_properties(body)})
    return rows


def read_owed(row: Mapping[str, Any]) -> OutboundMessage:
    return codec.load_message(read_text(row), read_bytes(row))


def _key(place: Place, row: str) -> dict[str, Any]:
    return {"PartitionKey": place.partition, "RowKey": row}


def _status(text: str) -> Status:
    """What a later version calls by a new name waits for a person here."""
    return _STATUSES.get(text, Status.NEEDS_ATTENTION)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
