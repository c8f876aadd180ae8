"""What an entry of the evidence can be about."""

from __future__ import annotations

from enum import StrEnum


class EntryKind(StrEnum):
    """Every kind of entry, as it stands in the file.

    INTENT: right before a write to Microsoft; ANSWER: what came of it. OBSERVATION: what was read. VERDICT: what the
    gate said of it. ERASURE: retention removed personal texts. NOTE: what else a reader needs to follow.
    """

    REQUEST = "request"
    PLAN = "plan"
    APPROVAL = "approval"
    REJECTION = "rejection"
    INTENT = "intent"
    ANSWER = "answer"
    OBSERVATION = "observation"
    VERDICT = "verdict"
    OVERRIDE = "override"
    WITHDRAWAL = "withdrawal"
    BRAKE = "brake"
    TRANSITION = "transition"
    PROOF = "proof"
    OUTCOME = "outcome"
    ERASURE = "erasure"
    NOTE = "note"
