"""What the exported evidence knows of the time after a snapshot: that an offboarding has ended, and how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.approval import Approval
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.evidence.chain import ChainHead
from shared.domain.evidence.kinds import EntryKind
from shared.domain.evidence.seal import Seal
from shared.domain.evidence.walk import Walked, walk
from shared.domain.offboarding.states import TERMINAL, Status
from shared.domain.people.actor import Actor, ActorType
from shared.ports.evidence import SealError, SealReader
from shared.ports.shelf import Shelf
from shared.snapshots.lines import Copy


@dataclass(frozen=True, slots=True)
class Ended:
    """The whole evidence of an offboarding that ended after the snapshot, and what its outcome says. `returned`: keys
    of the holdings whose return was taken. `approval`: the last word about its plan, of whom the id alone is known."""

    lines: tuple[str, ...]
    chain: ChainHead
    seal: Seal
    status: Status
    code: ReasonCode
    at: datetime
    returned: frozenset[str] = frozenset()
    approval: Approval | None = None


def ended_since(archive: Shelf, copy: Copy, seals: SealReader | None) -> Ended | str | None:
    """How it ended, or why what was exported cannot tell, as a sentence. None where nothing was exported: it was still
    under way when the record was lost."""
    content = archive.get(f"{copy.head.id}.evidence.jsonl")
    if content is None:
        return None
    *lines, seal = content.decode("utf-8", "replace").rstrip("\n").split("\n")
    if lines[: len(copy.evidence)] != copy.evidence:
        return "its exported evidence does not go on from what the snapshot has"
    walked = walk(copy.head.id, lines)
    if walked.wrong:
        return f"of its exported evidence, {walked.wrong}"
    return _outcome(tuple(lines), walked, seal, seals)


def _outcome(lines: tuple[str, ...], walked: Walked, seal: str, seals: SealReader | None) -> Ended | str:
    try:
        if seals is None:
            raise SealError("no key is known here to check the signature", unknown=True)
        sealed = seals.opened(seal)
    except SealError as error:
        return f"of its exported evidence, {error}"
    told, unknown = walked.last(EntryKind.OUTCOME), "its exported evidence has no outcome that is known here"
    try:
        if told is None or (status := Status(told["data"]["status"])) not in TERMINAL:
            return unknown
        code = ReasonCode(told["data"].get("reason", ReasonCode.RECORD_RESTORED.value))
        at = datetime.fromisoformat(told["at"])
    except (ValueError, KeyError):
        return unknown
    if (sealed.get("head"), sealed.get("outcome")) != (walked.head.head, status.value):
        return "the signature of its exported evidence is one of other evidence"
    sealed_as = Seal(walked.head.head, seal)
    return Ended(lines, walked.head, sealed_as, status, code, at, returned(walked), _approval(walked))


def returned(walked: Walked) -> frozenset[str]:
    """Keys of the holdings whose return was taken, as the evidence has it."""
    taken = {
        entry["data"]["intent"]
        for entry in walked.entries
        if entry["kind"] == EntryKind.ANSWER.value and 200 <= (entry["data"].get("status") or 0) < 300
    }
    return frozenset(
        str(entry["data"].get("holding"))
        for entry in walked.entries
        if entry["seq"] in taken and entry["data"].get("action") == ActionKind.RETURN_RESERVATION.value
    )


def _approval(walked: Walked) -> Approval | None:
    last = walked.last(EntryKind.APPROVAL, EntryKind.REJECTION)
    if last is None or last["kind"] != EntryKind.APPROVAL.value:
        return None
    identity = str(last["actor"].get("id"))
    by = Actor(ActorType(last["actor"]["type"]), identity, identity)
    return Approval(by, "", datetime.fromisoformat(last["at"]), str(last["data"].get("planDigest")), ())
