"""What a term that renews before the start, as was agreed, has become by then: paid for once more, or by the month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from shared.domain.decisions.blockers import Blocker, Disposition, Remedy
from shared.domain.decisions.situation import Situation
from shared.domain.decisions.windows import WINDOWED, open_window
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingStatus
from shared.domain.holdings.next_term import MONTH
from shared.domain.holdings.windows import WindowSigns, later_by, months_of
from shared.domain.policy import Renewals
from shared.domain.wording import day

AGREED = frozenset({Renewals.LET_RENEW, Renewals.MONTHLY})
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def renews_as_agreed(situation: Situation, record: HoldingRecord) -> bool:
    """It renews between now and the start, and the request or a person lets it."""
    agreed = situation.renewals in AGREED or record.holding.key in situation.agreed
    return agreed and renews_before(situation, record)


def renews_before(situation: Situation, record: HoldingRecord) -> bool:
    """It renews between now and the start unless somebody does something."""
    holding, start = record.holding, situation.start
    if start is None or holding.term_end is None or record.missing_since is not None:
        return False
    renews = holding.auto_renew is True and not holding.ends_at_term and not holding.ended
    return renews and situation.now < holding.term_end < start


def renewed(situation: Situation, record: HoldingRecord) -> HoldingRecord | None:
    """The same holding as it will be at the start; None where nothing tells for how long it renews."""
    holding, start = record.holding, situation.start
    months = _months(situation, holding)
    if start is None or holding.term_end is None or not months:
        return None
    began = holding.term_end
    while began < start and (end := later_by(began, months)) is not None:
        if end > start:
            signs = replace(holding.signs, term_started=began, refunds_until=(), units_until=None, seats=())
            return replace(record, holding=replace(holding, term_end=end, cancellable_until=None, signs=signs))
        began = end
    return None


def count_agreed_renewals(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """What ends with its term ends with the one that runs at the start, and is paid until then. What is done about it
    is the same."""
    found = {}
    for key, decision in decisions.items():
        record, blocker = situation.records[key], decision.blocker
        if blocker is None or blocker.remedy is not Remedy.DATE or not renews_as_agreed(situation, record):
            continue
        found[key] = replace(decision, blocker=_later(situation, record, blocker))
    return found


def _later(situation: Situation, record: HoldingRecord, blocker: Blocker) -> Blocker:
    first, start, later = record.holding.term_end, situation.start, renewed(situation, record)
    end = later.holding.term_end if later is not None else None
    window = open_window(later.holding, start) if later is not None and start is not None else None
    renews = f"{blocker.detail}; it renews on {day(first)}, before the start, as agreed, and" if first else ""
    if window is not None and window.sure:
        detail = f"{renews} can then be cancelled in the window of its new term"
        return replace(blocker, detail=detail, until=start, paid_until=first)
    paid = f"is then paid until {day(end)}" if end is not None else "until when it is paid then is not known"
    return replace(blocker, detail=f"{renews} {paid}", until=end, paid_until=end)


def _months(situation: Situation, holding: Holding) -> int:
    """The length of the terms until the start, in months; 0 where nothing tells it."""
    planned = holding.kind in WINDOWED and holding.status is HoldingStatus.ACTIVE
    wanted = situation.renewals is Renewals.MONTHLY and holding.key not in situation.agreed
    if wanted and planned and holding.next_term.product_id:
        return MONTH
    return months_of(holding.next_term.then)


def without_window(record: HoldingRecord) -> HoldingRecord:
    """Whatever shows of a window today is over when the term ends."""
    signs = WindowSigns(term_started=LONG_AGO)
    return replace(record, holding=replace(record.holding, cancellable_until=None, signs=signs))
