"""Random holdings of every kind and state, as Hypothesis strategies. Dates fall around every limit that there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from local.simulator.scenario.models import (
    AzureSubscriptionSpec,
    GdapSpec,
    OrderSpec,
    PerpetualSpec,
    ReservationSpec,
    SubscriptionSpec,
)
from local.simulator.tenant.kinds import (
    DEAD_RESERVATIONS,
    EntitlementStatus,
    GdapStatus,
    Job,
    Kind,
    OrderStatus,
    ReservationState,
    Status,
)

ENDED = (Status.EXPIRED, Status.DISABLED, Status.DELETED)
LIVE = (*(Status.ACTIVE,) * 6, *(Status.SUSPENDED,) * 3)
STARTED = st.sampled_from((0, 1, 2, 3, 4, 6, 7, 8, 20, 26, 27, 28, 30)).map(lambda days: f"-P{days}DT1H")
TERM_ENDS = st.sampled_from((None, None, "+P1D", "+P3D", "+P20D", "+P40D"))
RARELY = st.sampled_from((*(False,) * 7, True))
Draw = Callable[[st.SearchStrategy[Any]], Any]


def _times(draw: Draw, status: Status, terms: tuple[str, ...]) -> dict[str, Any]:
    """When it began and ends, at random; a pending one settles soon."""
    ends = draw(TERM_ENDS) if status in (Status.ACTIVE, Status.SUSPENDED) else None
    term = {"term": draw(st.sampled_from(terms))}
    settles = {"settles": draw(st.sampled_from(("+PT5M", "+PT3H")))} if status is Status.PENDING else {}
    return {**(term | {"term_ends": ends} if ends else term | {"started": draw(STARTED)}), **settles}


@st.composite
def nce(draw: st.DrawFn) -> SubscriptionSpec:
    """A licence in or out of its window, of any term, that renews, ends, was extended, is busy, or takes no change."""
    status = draw(st.sampled_from((*LIVE, Status.PENDING, *ENDED)))
    fields: dict[str, Any] = {"kind": Kind.NCE_LICENCE, "status": status}
    if status is not Status.ACTIVE:
        return SubscriptionSpec(**fields, **_times(draw, status, ("P1M", "P1Y", "P3Y")))
    how = draw(st.sampled_from(("plain", "plain", "plain", "extended", "busy", "renewing", "expiring", "worn out")))
    if how == "extended":
        return SubscriptionSpec(**fields, extended=True, started=draw(STARTED))
    if how in ("renewing", "expiring"):
        fields["scheduled_cancel"] = how == "expiring"
        return SubscriptionSpec(**fields, job=Job(how), job_until=draw(st.sampled_from(("+PT1H", "+PT14H"))))
    cancel = draw(st.booleans())
    return SubscriptionSpec(
        **fields,
        **_times(draw, status, ("P1M", "P1Y", "P3Y")),
        auto_renew=None if cancel else draw(st.sampled_from((None, True, False))),
        scheduled_cancel=cancel,
        pending_operation_until="+PT5H" if how == "busy" else None,
        updates=1200 if how == "worn out" and draw(RARELY) else 0,
    )


@st.composite
def with_window(draw: st.DrawFn) -> SubscriptionSpec:
    """Trials, software, marketplace: in or out of their windows."""
    kind = draw(st.sampled_from((Kind.NCE_TRIAL, Kind.SOFTWARE_SUBSCRIPTION, Kind.MARKETPLACE)))
    rare = Status.PENDING if kind is not Kind.MARKETPLACE or draw(RARELY) else Status.ACTIVE
    status = draw(st.sampled_from((*LIVE, rare, *ENDED)))
    terms = {Kind.NCE_TRIAL: ("P1M",), Kind.SOFTWARE_SUBSCRIPTION: ("P1Y", "P3Y"), Kind.MARKETPLACE: ("P1M", "P1Y")}
    times = _times(draw, status, terms[kind])
    if kind is Kind.MARKETPLACE and status is Status.PENDING:
        times.pop("settles")
    renew = draw(st.sampled_from((None, True, False))) if status is Status.ACTIVE else None
    return SubscriptionSpec(kind=kind, status=status, auto_renew=renew, **times)


@st.composite
def legacy(draw: st.DrawFn) -> SubscriptionSpec:
    """Legacy licences and legacy Azure."""
    kind = draw(st.sampled_from((Kind.LEGACY_LICENCE, Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE)))
    status = draw(st.sampled_from((*LIVE, Status.PENDING, *ENDED)))
    settles = "+PT3H" if status is Status.PENDING else None
    locked = kind is Kind.LEGACY_LICENCE and draw(RARELY)
    return SubscriptionSpec(kind=kind, status=status, started=draw(STARTED), renewal_locked=locked, settles=settles)


@st.composite
def savings_plan(draw: st.DrawFn) -> SubscriptionSpec:
    """One that runs (and renews or not), or is over."""
    status = draw(st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.ACTIVE, Status.EXPIRED, Status.DISABLED)))
    started = draw(st.sampled_from(("-P10D", "-P325D", "-P363D")))
    renew = draw(st.booleans()) if status is Status.ACTIVE else None
    return SubscriptionSpec(kind=Kind.SAVINGS_PLAN, status=status, started=started, auto_renew=renew)


@st.composite
def azure_plan(draw: st.DrawFn) -> SubscriptionSpec:
    """An Azure plan with Azure subscriptions below it, of which none is active if the plan itself is suspended."""
    status = draw(st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.SUSPENDED)))
    states = tuple(EntitlementStatus) if status is Status.ACTIVE else (EntitlementStatus.INACTIVE,)
    below = draw(st.lists(st.builds(AzureSubscriptionSpec, status=st.sampled_from(states)), max_size=3))
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, status=status, azure_subscriptions=tuple(below))


@st.composite
def family(draw: st.DrawFn) -> tuple[SubscriptionSpec, ...]:
    """A base licence with an add-on, legacy or new commerce; each of the latter in or out of its window."""
    if draw(st.booleans()):
        base = SubscriptionSpec(kind=Kind.LEGACY_LICENCE, started=draw(STARTED))
        return base, base.model_copy(update={"name": "Add-on"})
    status = draw(st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.SUSPENDED)))
    base = SubscriptionSpec(kind=Kind.NCE_LICENCE, status=status, **_times(draw, status, ("P1M", "P1Y")))
    times = _times(draw, Status.ACTIVE, ("P1M", "P1Y"))
    return base, SubscriptionSpec(kind=Kind.NCE_LICENCE, name="Add-on", **times)


@st.composite
def reservation(draw: st.DrawFn) -> ReservationSpec:
    """One that runs, is being bought, or is over; refundable or not; renewing or not; bought here or in Azure."""
    coming = tuple(sorted(set(ReservationState) - DEAD_RESERVATIONS - {"Succeeded", "Created", "BillingFailed"}))
    usual = (ReservationState.SUCCEEDED,) * 8
    rare = ReservationState.BILLING_FAILED if draw(RARELY) else ReservationState.CREATED
    state = draw(st.sampled_from((*usual, rare, *coming, *sorted(DEAD_RESERVATIONS))))
    return ReservationSpec(
        state=state,
        settles="+PT2H" if state in coming else None,
        purchased=draw(st.sampled_from(("-P60D", "-P325D", "-P364D"))),
        renew=draw(st.booleans()),
        refund_error=draw(st.sampled_from((None, None, "RefundLimitExceeded"))),
        resource_type=draw(st.sampled_from(("VirtualMachines", "VirtualMachines", "RedHat"))),
        refund_usd=draw(st.sampled_from((1_000.0, 1_000.0, 30_000.0))),
        quantity=draw(st.sampled_from((1, 1, 3))),
        via_partner_center=draw(st.sampled_from((True, True, False))),
    )


SOFTWARE = st.builds(PerpetualSpec, bought=st.sampled_from(("-P5D", "-P29D", "-P90D")), cancelled=st.booleans())
_PLAIN_ORDERS = sorted(set(OrderStatus) - {OrderStatus.UNKNOWN, OrderStatus.SUSPENDED})
ORDERS = st.builds(OrderSpec, status=st.sampled_from(_PLAIN_ORDERS), settles=st.just("+PT3H"))
GDAP = st.builds(GdapSpec, status=st.sampled_from(tuple(GdapStatus)))
