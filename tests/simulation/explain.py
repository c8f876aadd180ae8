"""Why an offboarding may rest where it rests, by the tenant's own rules: what is not listed here is a mistake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec
from local.simulator.tenant.kinds import Kind, OrderStatus, ReservationState, Status, TransferStatus
from shared.domain.decisions.blockers import Cause
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status as Offboarded

RESTS = {Offboarded.REMOVED, Offboarded.NEEDS_ATTENTION, Offboarded.WAITING, Offboarded.STOPPED}
SHOWN = 20
"""So many blockers are kept on the head."""
OVER = frozenset({"expired", "disabled", "pastWindow"})
"""What only an open question can make a blocker of: the tenant names it, the pipeline learns of it by being refused."""
PASSING = frozenset({Cause.SETTLING, Cause.VANISHED, Cause.INCOMPLETE_READ, Cause.WAITS_FOR_ADD_ON, Cause.RENEWING})
"""Not of the tenant's making: the pipeline waits for the effect of its own calls, or for a second look."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Where an offboarding rests: status, code of the reason, (key, cause) of each blocker, whether it has a date."""

    status: str
    code: str
    blockers: tuple[tuple[str, str], ...]
    dated: bool

    @classmethod
    def of(cls, found: Offboarding) -> Rest:
        blockers = tuple((item.key.lower(), item.cause.value) for item in found.blockers)
        code = found.reason.code if found.reason else ""
        return cls(found.status.value, code, blockers, found.next_attempt_at is not None)

    @classmethod
    def shown(cls, view: Mapping[str, Any]) -> Rest:
        """As the HTTP interface shows it."""
        blockers = tuple((str(item["holding"]).lower(), str(item["cause"])) for item in view.get("blockers", ()))
        code = str(view.get("reason", {}).get("code", ""))
        return cls(str(view["status"]), code, blockers, "nextAttemptAt" in view)


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one offboarding: customer and knobs as they began, the request, the tenant as it is."""

    customer: CustomerSpec
    knobs: Knobs
    asked: Mapping[str, Any]
    tenant: Mapping[str, Any]
    rest: Rest

    @property
    def restrictions(self) -> tuple[str, ...]:
        return tuple(self.asked.get("restrictions", ()))

    @property
    def blocked(self) -> frozenset[str]:
        """Ids of everything that the tenant sees in the way."""
        return frozenset(str(blocker["id"]).lower() for blocker in self.tenant["blockers"])


def _holds(case: Case, kind: Kind, *statuses: Status) -> bool:
    return any(item.kind is kind and item.status in statuses for item in case.customer.subscriptions)


def _never_activated(case: Case) -> bool:
    return _holds(case, Kind.MARKETPLACE, Status.PENDING)


def _only_ended_ones(case: Case) -> bool:
    """The removal is refused because of what is over: two open questions, answered the other way."""
    reasons = {str(blocker["reason"]) for blocker in case.tenant["blockers"]}
    allowed = {"expired", "disabled"} if case.knobs.ended_blocks else set[str]()
    return bool(reasons) and reasons <= allowed | ({"pastWindow"} if case.knobs.perpetual_past_window_blocks else set())


NO_DATE: dict[str, Callable[[Case], bool]] = {
    "refused": lambda case: (
        any(item.updates >= 1200 for item in case.customer.subscriptions)
        or (_never_activated(case) and case.knobs.pending_marketplace_status == "active")
    ),
    "pending_at_microsoft": _never_activated,
    "unknown_status": lambda case: any(
        item.state is ReservationState.BILLING_FAILED for item in case.customer.reservations
    ),
    "commitments_remain": lambda case: case.asked.get("commitments") == "stop_and_report",
    "left_by_policy": lambda case: (
        "leave_marketplace" in case.restrictions
        and _holds(case, Kind.MARKETPLACE, Status.ACTIVE, Status.SUSPENDED, Status.PENDING)
    ),
    "open_transfer": lambda case: any(item.status is TransferStatus.ACTIVE for item in case.customer.transfers),
    "never_cancellable": lambda case: (
        "perpetual_software_blocks" in case.restrictions
        and any(not item.cancelled for item in case.customer.perpetual_software)
    ),
    "removal_refused": _only_ended_ones,
}
"""Reasons for a person that are the tenant's or the request's, and what must then be so."""


def person_is_needed(case: Case) -> bool:
    """A holding without a date, a choice of the request, or an answer that makes it impossible."""
    explanation = NO_DATE.get(case.rest.code)
    return explanation is not None and explanation(case)


def unexplained(case: Case) -> list[str]:
    """Blockers that the tenant does not see, without a reason to be stricter than it."""
    return [f"{key} {cause}" for key, cause in case.rest.blockers if not _explained(case, key, cause)]


def unnamed(case: Case) -> set[str]:
    """What the tenant sees in the way and the offboarding does not name; what is over is no blocker of ours."""
    if len(case.rest.blockers) >= SHOWN:
        return set()
    ours = " ".join(key for key, _ in case.rest.blockers)
    theirs = {str(item["id"]).lower() for item in case.tenant["blockers"] if item["reason"] not in OVER}
    # A savings plan is named by Azure's record of it, which speaks for both.
    twins = {str(item["id"]).lower(): str(item.get("savingsPlanId") or "-") for item in case.tenant["subscriptions"]}
    return {identity for identity in theirs if identity not in ours and twins.get(identity, "-") not in ours}


def _explained(case: Case, key: str, cause: str) -> bool:
    knobs = case.knobs
    if cause in PASSING or any(identity in key for identity in case.blocked):
        return True
    if cause in (Cause.NEVER_CANCELLABLE, Cause.PENDING_AT_MICROSOFT) and key.startswith("savingsplan:"):
        return True  # The same as one of the subscriptions, as Azure lists it.
    if cause == Cause.OPEN_TRANSFER and key.startswith("savingsplan:"):
        # It moves with the plan that it belongs to; in the tenant's way is the transfer.
        return any(item["kind"] == "transfer" for item in case.tenant["blockers"])
    if key.startswith("order:"):
        uploaded = any(item.status is OrderStatus.PO_UPLOAD_COMPLETE for item in case.customer.orders)
        return uploaded or "perpetual_software_blocks" in case.restrictions
    # The tenant is lenient about what is suspended or a savings plan; the policy is not.
    lenient = {knobs.suspended_software, knobs.suspended_marketplace, knobs.savings_plans}
    return not knobs.strict_nce or "allow" in lenient


def check_rest(case: Case) -> None:
    """Where it rests, and that the tenant agrees with the reason."""
    rest, tenant = case.rest, case.tenant
    if rest.status == Offboarded.REJECTED:
        assert rest.code == "other_reseller"
        assert case.asked.get("resellerMpnId")
        return
    assert rest.status in RESTS
    if rest.status == Offboarded.REMOVED:
        assert tenant["relationship"] == "none"
        return
    assert tenant["relationship"] == "reseller"
    if rest.status == Offboarded.STOPPED:
        assert case.asked["commitments"] == "stop_and_report"
        return
    assert rest.dated
    if rest.code != "removal_refused":
        assert not unexplained(case), f"{unexplained(case)} is not in the tenant's way: {case.blocked}"
        assert not unnamed(case), f"{unnamed(case)} is in the tenant's way and not named"
    if rest.status == Offboarded.NEEDS_ATTENTION:
        assert person_is_needed(case), f"nothing explains that a person is asked: {rest}"
    else:
        assert rest.blockers
