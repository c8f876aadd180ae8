"""Whether a record says what its evidence says: of the request, the customer, the approval and the end.

The chain alone proves little against somebody who can write it anew. The signatures do; this finds what was changed in
one place only, in the store before a snapshot was taken, or in an unsigned snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from shared.domain.approval import covered
from shared.domain.evidence.entry import Personal, salted_hash
from shared.domain.evidence.kinds import EntryKind
from shared.domain.evidence.walk import Walked
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.called import FORGOTTEN
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline.core.evidence import request_data
from shared.ports.evidence import SealError, SealReader
from shared.snapshots.lines import Copy


def disagreement(copy: Copy, walked: Walked, seals: SealReader | None, *, signed: bool) -> str:
    """The first thing in which they differ, as a sentence; "" where they agree. `signed`: the snapshot is, so a record
    that was begun before evidence was kept is believed without a request in it. Raises what `seals` raises."""
    return next(_found(copy, walked, seals, signed), "")


def is_asked_for(walked: Walked) -> bool:
    """The evidence has the request. It has none where the offboarding was begun before evidence was kept."""
    return bool(walked.entries) and walked.entries[0]["kind"] == EntryKind.REQUEST.value


def without_unsaid(records: Iterable[HoldingRecord], walked: Walked, *, signed: bool) -> list[HoldingRecord]:
    """The holdings; that one has ended by a person's word only where the evidence has that word, and somebody signed
    it. Else a person is asked again."""
    said = {
        (told.get("holding"), told.get("cause"), told.get("seen"))
        for entry in walked.entries
        if signed and entry["kind"] == EntryKind.OVERRIDE.value
        for told in (entry["data"],)
    }
    return [record if _word_of(record) in said else replace(record, override=None) for record in records]


def _word_of(record: HoldingRecord) -> tuple[str, str, str] | None:
    word = record.override
    return (record.holding.key, word.cause.value, word.seen) if word is not None else None


def _found(copy: Copy, walked: Walked, seals: SealReader | None, signed: bool) -> Iterator[str]:
    head = copy.head
    if walked.wrong:
        yield f"of its evidence, {walked.wrong}"
    if walked.head != head.evidence:
        yield f"its evidence ends with entry {walked.head.entries}, and the record with another entry"
    if not all(walked.fits(aside) for aside in copy.asides):
        yield "a personal text is not the one that its evidence has the hash of"
    if is_asked_for(walked):
        yield from _request(copy, walked)
    elif not signed:
        yield "its evidence has no request"
    else:
        return
    yield from _customer(head, walked)
    yield from _approval(head, walked)
    yield from _end(head, walked)
    yield from _seal(head, walked, seals)


def _request(copy: Copy, walked: Walked) -> Iterator[str]:
    """What was asked, as it was asked or moved since."""
    asked, said = {**walked.entries[0]["data"], **_moved(walked)}, request_data(copy.head)
    salts = {aside.field: aside.salt for aside in copy.asides if aside.seq == 1}
    for name, value in said.items():
        if isinstance(value, Personal):
            if not _same_text(value.text, asked.get(name), salts.get(f"data.{name}"), copy.head):
                yield f"its evidence has another {name} than the record"
        elif value != asked.get(name):
            yield f"its evidence has another {name} than the record"
    beyond = [name for name, value in asked.items() if name not in said and value is not None]
    if beyond and not copy.head.erased:
        yield f"its evidence has {beyond[0]}, and the record has not"


def _moved(walked: Walked) -> Mapping[str, Any]:
    """Start and restrictions as a person set them last."""
    for entry in reversed(walked.entries):
        if entry["kind"] == EntryKind.NOTE.value and entry["data"].get("what") == TimelineEvent.RESCHEDULED.value:
            told = entry["data"]
            return {"notBefore": told.get("notBefore"), "restrictions": told.get("restrictions") or None}
    return {}


def _same_text(text: str, told: object, salt: str | None, head: Offboarding) -> bool:
    """Retention takes text and salt away, and it may have done so while the copy was made: of what has ended only."""
    if salt is None and head.finished:
        return True
    if head.erased and text == FORGOTTEN:
        return True
    return salt is not None and told == {"sha256": salted_hash(salt, text.encode("utf-8", "replace").decode())}


def _customer(head: Offboarding, walked: Walked) -> Iterator[str]:
    """A request may name a domain alone; which customer that is, the plan says."""
    if head.customer is None:
        return
    plan = walked.last(EntryKind.PLAN)
    planned = plan["data"].get("customerTenantId") if plan is not None else None
    if any(told not in (None, head.customer.id) for told in (head.request.customer_id, planned)):
        yield "its evidence is about another customer"


def _approval(head: Offboarding, walked: Walked) -> Iterator[str]:
    last, given = walked.last(EntryKind.APPROVAL, EntryKind.REJECTION), head.approval
    approved = last is not None and last["kind"] == EntryKind.APPROVAL.value
    if given is None:
        if last is not None and not approved and not head.rejected:
            yield "its evidence has a rejection, and the record has none"
        return
    if last is None or not approved:
        yield "its evidence has no approval, and the record has one"
        return
    if (last["actor"].get("type"), last["actor"].get("id")) != (given.by.type.value, given.by.id):
        yield "its evidence has an approval by somebody else"
    if last["data"].get("planDigest") != given.digest:
        yield "its evidence has an approval of another plan"
    if last["data"].get("stepsDigest", covered(given.steps)) != covered(given.steps):
        yield "its evidence has an approval of other steps"


def _end(head: Offboarding, walked: Walked) -> Iterator[str]:
    last = walked.last(EntryKind.OUTCOME)
    told = last["data"].get("status") if last is not None else None
    if told != (head.status.value if head.finished else None):
        ended = f"has ended as {told}" if told else "has not ended"
        yield f"its evidence says that it {ended}, and the record says {head.status.value}"


def _seal(head: Offboarding, walked: Walked, seals: SealReader | None) -> Iterator[str]:
    """Retention appends to what was signed, so the signature may be of an earlier end."""
    if head.seal is None or seals is None:
        return
    hashes = {entry["hash"] for entry in walked.entries}
    try:
        told = seals.opened(head.seal.line)
        if (told.get("offboardingId"), told.get("head")) != (head.id, head.seal.head) or head.seal.head not in hashes:
            yield "the signature at its end is one of other evidence"
    except SealError as error:
        if not error.unknown:
            yield f"of the signature at its end, {error}"


def is_sealed(head: Offboarding, seals: SealReader | None) -> bool:
    """A trusted key signed that it ended like this; of a record that agrees with its evidence."""
    if head.seal is None or head.seal.head != head.evidence.head or seals is None:
        return False
    try:
        return seals.opened(head.seal.line).get("outcome") == head.status.value
    except SealError:
        return False
