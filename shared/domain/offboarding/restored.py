"""That a record was put back from a snapshot, and how far what it says is believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.codes import ReasonCode


class Provenance(StrEnum):
    """How sure it is that the record is what the pipeline wrote.

    SIGNED: the snapshot was signed with the key of the evidence. UNSIGNED: nobody signed it, and a person took it all
    the same. DIFFERS: it does not agree with its evidence, so somebody may have changed it.
    """

    SIGNED = "signed"
    UNSIGNED = "unsigned"
    DIFFERS = "differs"


_CODES = {
    Provenance.SIGNED: ReasonCode.RECORD_RESTORED,
    Provenance.UNSIGNED: ReasonCode.RECORD_UNSIGNED,
    Provenance.DIFFERS: ReasonCode.RECORD_DIFFERS,
}
RESTORE_CODES = frozenset(_CODES.values())
BY_ITSELF_ALONE = RESTORE_CODES - {ReasonCode.RECORD_RESTORED}
"""What is never resumed in a list: a person has to compare each."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The record was put back from `snapshot`, taken at `taken_at` (both business time, aware UTC). `whole`: everything
    beside the head is there again. `found`: what does not agree, as a sentence; "" where nothing is known."""

    snapshot: str
    taken_at: datetime
    at: datetime
    whole: bool = False
    found: str = ""
    provenance: Provenance = Provenance.SIGNED

    @property
    def code(self) -> ReasonCode:
        """What a person is asked for."""
        return _CODES[self.provenance]
