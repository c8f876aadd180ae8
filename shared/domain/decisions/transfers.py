"""Open transfers hold what is in them: it moves to another partner, and must not be cancelled under the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.decisions.blockers import Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.classify import subscription_key
from shared.domain.holdings.model import Holding, HoldingKind
from shared.domain.holdings.paying import ends_by_itself
from shared.domain.holdings.records import Transfer
from shared.domain.holdings.words import CANCELLED, plain

TRANSFER_OPEN = frozenset({"active", "pending", "inprogress"})
TRANSFER_DONE = frozenset({"complete", "completed", "partiallycomplete", "completedwitherrors"})
TRANSFER_OVER = TRANSFER_DONE | {"reject", "rejected", CANCELLED, "declined", "expired", "failed"}
"""Partner Center documents Active and Completed, its samples show more, Azure billing's transfers the rest."""
SETTLED_AFTER = timedelta(days=1)
"""What a completed transfer took away is gone from the lists within a day."""


def is_over(transfer: Transfer) -> bool:
    """Whether it moves nothing any more; an unknown word is not over (I8)."""
    return plain(transfer.status) in TRANSFER_OVER


def moved_away(transfers: tuple[Transfer, ...]) -> dict[str, datetime | None]:
    """Keys of the subscriptions that completed transfers of ours took to another partner, and when: if they are gone,
    they are gone for a good reason."""
    done = (item for item in transfers if plain(item.status) in TRANSFER_DONE and item.outgoing is not False)
    return {subscription_key(identity): item.changed_at for item in done for identity in item.subscription_ids}


def stayed(moved: Mapping[str, datetime | None], key: str, now: datetime) -> bool:
    """Still listed a day after its transfer was completed: that transfer explains nothing about it any more."""
    if key not in moved:
        return False
    at = moved[key]
    return at is None or now >= at + SETTLED_AFTER


def leave_to_transfers(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """The decisions that open transfers take the action from. A transfer that does not say what is in it holds all."""
    holdings = situation.holdings
    transfers = {
        key: blocker
        for key, item in holdings.items()
        if item.kind is HoldingKind.OPEN_TRANSFER and (blocker := decisions[key].blocker) is not None
    }
    found: dict[str, Disposition] = {}
    plans = frozenset(key for key, item in holdings.items() if item.kind is HoldingKind.AZURE_PLAN)
    for key, blocker in transfers.items():
        covers = holdings[key].covers
        for other, holding in holdings.items():
            if decisions[other].action is None or not _inside(holding, other, covers, plans):
                continue
            detail = f"is part of {holdings[key].name}; it will be left alone until that is accepted or withdrawn"
            found[other] = replace(
                decisions[other],
                action=None,
                blocker=Blocker(
                    other,
                    holding.name,
                    Cause.OPEN_TRANSFER,
                    Remedy.RECHECK,
                    detail,
                    until=blocker.until,
                    paid_until=holding.term_end if ends_by_itself(situation.records[other]) else None,
                ),
            )
    return found


_WITH_THE_PLAN = frozenset({HoldingKind.RESERVATION, HoldingKind.SAVINGS_PLAN})


def _inside(holding: Holding, key: str, covers: tuple[str, ...], plans: frozenset[str]) -> bool:
    """The target partner opens a transfer and its lines are added later: one without lines may come to hold anything.
    Reservations and savings plans go with an Azure plan."""
    if not covers or key in covers:
        return True
    if holding.kind is HoldingKind.AZURE_SUBSCRIPTION:
        return subscription_key(holding.parent_id or "") in covers
    return holding.kind in _WITH_THE_PLAN and not plans.isdisjoint(covers)
