"""The words with which Microsoft's services name states, and which of them mean the same (I8: no others do)."""

from __future__ import annotations

from shared.domain.holdings.model import HoldingStatus

CANCELLED = "cancelled"

AZURE_RUNNING = frozenset({"active", "enabled", "warned", "pastdue", "expiring", "autorenew"})
"""It works and costs. Warned and past due announce an end that has not come yet."""
AZURE_STATES = {
    **dict.fromkeys(AZURE_RUNNING, HoldingStatus.ACTIVE),
    # Nothing runs, but whoever disabled it can switch it on again: it still has to be cancelled.
    "disabled": HoldingStatus.SUSPENDED,
    "suspended": HoldingStatus.SUSPENDED,
    # What a cancellation leads to. Azure calls a cancelled subscription expired, Partner Center inactive.
    "inactive": HoldingStatus.INACTIVE,
    "expired": HoldingStatus.INACTIVE,
    CANCELLED: HoldingStatus.INACTIVE,
    "deleted": HoldingStatus.DELETED,
}
"""States of an Azure subscription: Partner Center documents active and inactive, Azure the rest (Azure subscription
states; billing subscription status)."""


def plain(word: str | None) -> str:
    """A state's word without its spelling: no blanks around it, lower case, "canceled" as "cancelled"."""
    folded = (word or "").strip().casefold()
    return CANCELLED if folded == "canceled" else folded


def azure_status(word: str) -> HoldingStatus:
    """The state of an Azure subscription; its words come as `PastDue`, `Past Due` and `past_due`."""
    return AZURE_STATES.get(plain(word).translate({ord(mark): None for mark in " _-"}), HoldingStatus.UNKNOWN)
