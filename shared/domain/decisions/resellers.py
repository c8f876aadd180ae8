"""Whose customer it is: a removal hits every reseller of the customer, so nothing is done for the wrong one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.model import Holding
from shared.domain.holdings.paying import ends_by_itself
from shared.domain.policy import Policy

ASK = "Ask that reseller: the removal would end its subscriptions too."


def is_foreign(holding: Holding, policy: Policy) -> bool:
    """Belongs to another reseller than the one named, or to any where an indirect provider's request named none."""
    if holding.reseller is None or holding.ended:
        return False
    return holding.reseller != policy.reseller if policy.reseller is not None else policy.indirect


def refusal(holdings: Iterable[Holding], policy: Policy) -> tuple[ReasonCode, str] | None:
    """Code and text with which a request is refused for what the customer already holds of other resellers."""
    others = sorted({item.reseller for item in holdings if item.reseller is not None and is_foreign(item, policy)})
    if not others:
        return None
    named = ", ".join(others)
    if policy.reseller is None:
        text = f"resellerMpnId is missing: this is an indirect provider, and the customer belongs to {named}"
        return ReasonCode.RESELLER_REQUIRED, text
    text = f"resellerMpnId is {policy.reseller}, and the customer also holds subscriptions of reseller {named}"
    return ReasonCode.OTHER_RESELLER, f"{text}: the removal would end those too"


def leave_to_other_resellers(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """While something of another reseller is there, only what surely belongs to the named one is acted on."""
    holdings, policy = situation.holdings, situation.policy
    if not any(is_foreign(item, policy) and decisions[key].blocker for key, item in holdings.items()):
        return {}
    found = {}
    for key, item in holdings.items():
        decision = decisions[key]
        if decision.action is None or decision.blocker is None:
            continue
        if policy.reseller is not None and item.reseller == policy.reseller:
            continue
        detail = "will be left alone while the customer holds something of another reseller"
        paid = item.term_end if ends_by_itself(situation.records[key]) else None
        blocker = Blocker(key, item.name, Cause.OTHER_RESELLER, Remedy.PERSON, detail, ASK, paid_until=paid)
        found[key] = replace(decision, action=None, blocker=blocker)
    return found
