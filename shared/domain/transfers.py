"""Open transfers hold what is in them: it moves to another partner, and must not be cancelled under the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.blockers import Blocker, Cause, Disposition, Remedy
from shared.domain.classify import subscription_key
from shared.domain.holdings import Holding, HoldingKind
from shared.domain.partner import Transfer

TRANSFER_OPEN = frozenset({"active"})
TRANSFER_OVER = frozenset({"complete", "completed", "reject", "rejected", "partiallycomplete"})
TRANSFER_DONE = frozenset({"complete", "completed"})


def is_over(transfer: Transfer) -> bool:
    """Whether it moves nothing any more; an unknown word is not over (I8)."""
    return transfer.status.casefold() in TRANSFER_OVER


def moved_away(transfers: tuple[Transfer, ...]) -> frozenset[str]:
    """Keys of the subscriptions that completed transfers took to another partner: they are gone for a good reason."""
    done = (item for item in transfers if item.status.casefold() in TRANSFER_DONE)
    return frozenset(subscription_key(identity) for item in done for identity in item.subscription_ids)


def held(
    holdings: Mapping[str, Holding], decisions: Mapping[str, Disposition], transfers: Mapping[str, Blocker]
) -> dict[str, Disposition]:
    """The decisions that open transfers take the action from. A transfer that does not say what is in it holds all.

    `transfers`: the blockers of the open transfers, by the transfer's key.
    """
    found: dict[str, Disposition] = {}
    for key, blocker in transfers.items():
        covers = holdings[key].covers
        for other, holding in holdings.items():
            if decisions[other].action is None or not _inside(holding, other, covers):
                continue
            detail = f"is part of {holdings[key].name}; it is left alone until that is accepted or withdrawn"
            waiting = Blocker(other, holding.name, Cause.OPEN_TRANSFER, Remedy.RECHECK, detail, until=blocker.until)
            found[other] = replace(decisions[other], action=None, blocker=waiting)
    return found


_MOVABLE = ("subscription:", "azure:")


def _inside(holding: Holding, key: str, covers: tuple[str, ...]) -> bool:
    if not covers:
        return key.startswith(_MOVABLE)
    below_plan = holding.kind is HoldingKind.AZURE_SUBSCRIPTION
    return key in covers or (below_plan and subscription_key(holding.parent_id or "") in covers)
