"""What is shown of the evidence: whole and signed, or as far as it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.world.world import World
from shared.domain.evidence.kinds import EntryKind
from shared.domain.evidence.seal import Seal
from shared.domain.offboarding.states import Status
from shared.pipeline.core.export import evidence_file
from tests.unit.support.heads import head_of, keep, kept


@pytest.mark.parametrize(
    ("signed", "grown", "shown"), [(False, False, False), (True, False, True), (True, True, False)]
)
def test_a_signature_is_shown_with_exactly_what_was_signed(signed: bool, grown: bool, shown: bool) -> None:
    """An erasure is appended after the signature: until the longer chain is signed, it has none."""
    session = keep(World(), head_of(Status.REMOVED, None))
    session.record(EntryKind.OUTCOME, {"status": "removed"})
    session.save()
    if signed:
        session.save(replace(session.offboarding, seal=Seal(session.offboarding.evidence.head, "the signature")))
    if grown:
        session.record(EntryKind.ERASURE, {"entries": []})
        session.save()

    lines = evidence_file(session.services.store, kept(session)).decode().splitlines()
    assert len(lines) == 1 + grown + shown
    assert (lines[-1] == "the signature") is shown


def test_what_was_appended_since_belongs_to_a_later_moment() -> None:
    session = keep(World(), head_of(Status.REMOVED, None))
    session.record(EntryKind.OUTCOME, {"status": "removed"})
    session.save()
    before = kept(session)
    session.record(EntryKind.ERASURE, {"entries": []})
    session.save()
    assert len(evidence_file(session.services.store, before).splitlines()) == 1
