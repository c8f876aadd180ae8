"""Finished evidence: signed once, stored with the record, and put where nobody can change it.

An outbox message owes it, so that what failed is tried again, and dying anywhere in between is harmless: the signature
is stored before the file leaves, and the same file is put again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared.domain.evidence.chain import moment
from shared.domain.evidence.seal import Seal
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.record import Offboarding
from shared.pipeline.core.services import Services
from shared.ports.evidence import EvidenceExport, Manifest
from shared.ports.store import Change, OffboardingStore
from shared.version import VERSION


def owed_export(head: Offboarding, services: Services, now: datetime) -> tuple[OutboundMessage, ...]:
    """What a finished offboarding owes; nothing where no export is set up."""
    if services.evidence is None or not head.finished:
        return ()
    identity = f"{head.id}:evidence:{head.evidence.entries}"
    return (OutboundMessage(identity, Destination.EVIDENCE, b"", now),)


def export_evidence(services: Services, offboarding_id: str) -> None:
    """Sign what is not signed yet, then put the file; nothing where no export is set up (any more).

    Raises ConcurrencyConflictError, and the RemoteError family of signer, archive and store.
    """
    export = services.evidence
    if export is None:
        return
    seal = _seal(services, export, offboarding_id)
    lines = services.store.evidence(offboarding_id)
    export.archive.put(f"{offboarding_id}.evidence.jsonl", as_file((*lines, seal.line)))


def evidence_file(store: OffboardingStore, head: Offboarding) -> bytes:
    """The evidence so far; whole, with its signature, once it has ended and was signed."""
    seal = head.seal
    # An entry that was appended since belongs to a later moment than this head.
    lines = store.evidence(head.id)[: head.evidence.entries]
    return as_file((*lines, seal.line) if seal is not None and seal.head == head.evidence.head else lines)


def as_file(lines: Iterable[str]) -> bytes:
    """JSON Lines."""
    return "".join(f"{line}\n" for line in lines).encode()


def _seal(services: Services, export: EvidenceExport, offboarding_id: str) -> Seal:
    stored = services.store.load(offboarding_id)
    if stored is None:
        raise ValueError(f"evidence is owed of offboarding {offboarding_id}, which is not stored")
    head = stored.offboarding
    if head.seal is not None and head.seal.head == head.evidence.head:
        return head.seal
    seal = Seal(head.evidence.head, export.signer.sealed(_manifest(head, services.clock.now())))
    services.store.commit(Change(replace(head, seal=seal), stored.etag))
    return seal


def _manifest(head: Offboarding, now: datetime) -> Manifest:
    return {
        "offboardingId": head.id,
        "entries": head.evidence.entries,
        "head": head.evidence.head,
        "exportedAt": moment(now),
        "version": VERSION,
        "outcome": head.status.value,
    }
