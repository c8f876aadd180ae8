"""What an approval is asked for, as people read it: each holding with what happens to it, and what is lost in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.domain.decisions.blockers import IRREVERSIBLE
from shared.domain.offboarding.settled import payment_words
from shared.domain.wording import count_of

TITLES = ("HOLDING", "UNITS", "WHAT IS DONE", "WHEN", "PAID UNTIL", "REFUND")
OTHERS_SHOWN = 50
"""So many holdings to which nothing is done; whatever is planned is shown whole."""
LOST = "cannot be undone"


def moment(text: object) -> str:
    """A moment of the API (ISO 8601, UTC) to the minute; nothing for none."""
    return f"{str(text)[:16].replace('T', ' ')} UTC" if text else ""


def paid_until(found: Mapping[str, Any]) -> str:
    """Until when it is paid, or in words why there is no date; never what a plan alone had counted."""
    return moment(found.get("paidUntil")) or payment_words(found.get("payment"))


def amount(told: Mapping[str, Any]) -> str:
    """An amount exactly as it was told, with its currency."""
    return f"{told.get('amount')} {told.get('currency')}"


def planned_of(found: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The holdings with a plan, first those of which something cannot be undone."""
    items = [item for item in found.get("holdings") or () if item.get("planned")]
    return sorted(items, key=lambda item: not item["planned"].get("irreversible"))


def totals(found: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    """What is done and lost in all, as names and values."""
    plan = found.get("plan") or {}
    counts = (
        Counter(step for item in planned_of(found) for step in steps_of(item["planned"])) or plan.get("actions") or {}
    )
    if plan.get("stops"):
        yield "will be done", f"nothing: {plan['stops']}"
        yield "plan digest", plan.get("digest")
        return
    done = ", ".join(f"{count} {words_of(kind)}" for kind, count in sorted(counts.items()))
    yield "will be done", done or "no writes to holdings"
    yield LOST, _lost(plan, counts)
    yield "refunds", ", ".join(amount(item) for item in plan.get("refunds") or ())
    yield "ends by date", plan.get("datedBlockers")
    yield "needs a person", plan.get("undatedBlockers")
    yield "windows close", moment(plan.get("firstWindowClosesAt"))
    yield "paid until", paid_until(found)
    yield "removal expected", str(plan.get("removalExpectedAt") or "")[:10] or plan.get("removalUnknown")
    yield "plan digest", plan.get("digest")


def _lost(plan: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    """Whatever is counted beyond the holdings is the removal itself, then the end of the delegated administration."""
    steps = plan.get("irreversibleSteps") or 0
    beyond = steps - sum(count for kind, count in counts.items() if kind in IRREVERSIBLE)
    ends = "the end of the reseller relationship"
    among = {0: "", 1: f", {ends} among them"}.get(max(beyond, 0), f", {ends} and of delegated admin access among them")
    return f"{count_of(steps, 'step')}{among}"


def rows(found: Mapping[str, Any]) -> Sequence[Sequence[object]]:
    """One row for each holding of the plan, under TITLES."""
    soonest = "once approved" if found.get("status") == "awaiting_approval" else "at once"
    return [_row(item, item["planned"], soonest) for item in planned_of(found)]


def other_rows(found: Mapping[str, Any]) -> Sequence[Sequence[object]]:
    """Those to which nothing is done and that block nothing."""
    others = (item for item in found.get("holdings") or () if not item.get("planned") and not item.get("missingSince"))
    return [(item.get("name"), item.get("quantity"), undone_words(item), "", "", "") for item in others]


def undone_words(item: Mapping[str, Any]) -> str:
    """Of a holding to which nothing is done: that its end is waited for, or else how Microsoft calls its state."""
    if item.get("planned"):
        return "nothing: its end is waited for"
    return f"nothing is needed (its status: {item.get('status')})"


def _row(item: Mapping[str, Any], planned: Mapping[str, Any], soonest: str) -> Sequence[object]:
    steps = ", then ".join(words_of(step) for step in steps_of(planned))
    blocker = item.get("blocker") or {}
    what = steps or f"nothing: it {blocker.get('detail') or 'is waited for'}"
    return (
        item.get("name"),
        item.get("quantity"),
        f"{what} ({LOST})" if planned.get("irreversible") else what,
        _when(blocker, planned, soonest),
        moment(planned.get("paidUntil")),
        amount(planned["refund"]) if planned.get("refund") else "",
    )


def _when(blocker: Mapping[str, Any], planned: Mapping[str, Any], soonest: str) -> str:
    at, closes = moment(planned.get("at")), moment(planned.get("closesAt"))
    until = f", possible until {closes}" if closes else ""
    if not planned.get("action"):
        return f"ends {at}" if at else "when it ends is not known"
    if at and planned.get("at") == planned.get("paidUntil"):
        return f"ends {at}{until}"
    if str(blocker.get("cause")).startswith("waits_for_"):
        return f"when what belongs to it has ended{until}"
    return f"{f'from {at} on' if at else soonest}{until}"


def steps_of(planned: Mapping[str, Any]) -> Sequence[str]:
    first = planned.get("action")
    return (*((first,) if first else ()), *(planned.get("then") or ()))


def words_of(kind: str) -> str:
    return kind.replace("_", " ")
