"""What a withdrawal would do now about each holding that was changed: told before anybody withdraws."""

from __future__ import annotations

from enum import StrEnum

from shared.domain.decisions.blockers import IRREVERSIBLE
from shared.domain.decisions.restoration import Done, Lost, Restoration, Waits, is_ours
from shared.domain.decisions.restore import restorations
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord


class Undo(StrEnum):
    """What becomes of a change when the offboarding is withdrawn; Microsoft may still refuse what is put back."""

    PUT_BACK = "put_back"
    STAYS = "stays"


def undo_of(situation: Situation) -> dict[str, Undo]:
    """By key, for what one of our writes may have changed and is not as it was before."""
    decided = restorations(situation).items()
    return {
        key: _told(record, found)
        for key, found in decided
        if not isinstance(found, Done) and is_ours(record := situation.records[key], situation)
    }


def _told(record: HoldingRecord, found: Restoration) -> Undo:
    # What is on its way and cannot be put back will be lost, once it shows.
    on_its_way = isinstance(found, Waits) and record.last is not None and record.last.kind in IRREVERSIBLE
    return Undo.STAYS if isinstance(found, Lost) or on_its_way else Undo.PUT_BACK
