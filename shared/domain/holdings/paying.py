"""What of a holding is paid on, and until when: what a report, an event and an export say of its money."""

from __future__ import annotations

from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus

ENDS_BEFORE = frozenset({ActionKind.CANCEL, ActionKind.CANCEL_ORDER, ActionKind.RETURN_RESERVATION, ActionKind.SUSPEND})
"""Whatever of these worked: its term was not paid to the end, or nobody can say."""
WORKED = (ActionState.ACCEPTED, ActionState.CONFIRMED)
RENEWS_BY_FLAG = frozenset({HoldingKind.RESERVATION, HoldingKind.SAVINGS_PLAN})
"""Without automatic renewal these end with their term; a licence may go on."""
NEVER_PAID_ON = frozenset({HoldingKind.PERPETUAL_SOFTWARE, HoldingKind.OPEN_TRANSFER})
"""Paid once, or no product at all."""
FREE_WHEN_SUSPENDED = frozenset(
    {
        HoldingKind.LEGACY_LICENCE,
        HoldingKind.LEGACY_AZURE,
        HoldingKind.AZURE_PLAN,
        HoldingKind.AZURE_SUBSCRIPTION,
    }
)
"""Everything else is billed on while it is suspended."""


def runs_on(record: HoldingRecord) -> bool:
    """It goes on at the customer. What is suspended counts only where it still blocks; a person's word that it has
    ended counts as long as nothing blocks."""
    holding = record.holding
    if holding.ended or record.missing_since is not None:
        return False
    if record.blocker is not None:
        return True
    return holding.status is not HoldingStatus.SUSPENDED and record.override is None


def paid_until(record: HoldingRecord, now: datetime) -> datetime | None:
    """As far as it was, or is being, paid (aware UTC); what was cancelled before its term was over has no such date."""
    if record.blocker is not None and record.blocker.paid_until is not None:
        return record.blocker.paid_until
    end = record.holding.term_end
    ended_before = any(action.kind in ENDS_BEFORE and action.state in WORKED for action in record.actions)
    over = end is not None and end <= now and not ended_before
    return end if runs_on(record) or over else None


def is_paid_on(record: HoldingRecord) -> bool:
    """Nobody ended it, and it is billed: also what is suspended, where a suspension saves nothing."""
    holding = record.holding
    if holding.kind in NEVER_PAID_ON or holding.ended or record.missing_since is not None:
        return False
    if record.override is not None and record.blocker is None:
        return False
    free = holding.status is HoldingStatus.SUSPENDED and holding.kind in FREE_WHEN_SUSPENDED
    return not free


def ends_by_itself(record: HoldingRecord) -> bool:
    """It does not renew: it ends with its term, whoever set it so."""
    holding = record.holding
    return holding.ends_at_term or (holding.kind in RENEWS_BY_FLAG and holding.auto_renew is False)


def known_end(record: HoldingRecord, now: datetime) -> datetime | None:
    """When it ends if nobody does anything (aware UTC); None where it renews, or nobody knows."""
    end = record.holding.term_end
    return end if ends_by_itself(record) and end is not None and end > now else None
