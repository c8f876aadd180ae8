"""What a resume costs where a term renews before the start: said before it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from offboard.operate.shown import Shown
from shared.domain.codes import ReasonCode
from shared.domain.decisions.renewals import OTHER_WAYS, PAID_AGAIN
from shared.domain.wording import count_of


def lets_renew(found: Mapping[str, Any]) -> bool:
    """Whether a resume is the word that something may renew."""
    return (found.get("reason") or {}).get("code") == ReasonCode.RENEWS_BEFORE_START


def show_renewals(found: Mapping[str, Any], out: Shown) -> None:
    """Each term that renews, with its day, and what else there is."""
    out.line(f"If you resume, {PAID_AGAIN}:")
    for told in _coming(found) or [str((found.get("reason") or {}).get("text"))]:
        out.line(f"  {told}")
    out.line(OTHER_WAYS)


def _coming(found: Mapping[str, Any]) -> list[str]:
    return list(_renewals(found.get("holdings") or (), found.get("notBefore")))


def _renewals(holdings: Iterable[Mapping[str, Any]], start: object) -> Iterator[str]:
    for item in holdings:
        ends = item.get("termEndsAt")
        if (
            item.get("autoRenew")
            and ends
            and start
            and datetime.fromisoformat(ends) < datetime.fromisoformat(str(start))
        ):
            units = f" ({count_of(int(item['quantity']), 'unit')})" if item.get("quantity") else ""
            yield f"{item.get('name')}{units} renews on {str(ends)[:10]} (UTC)"
