"""Random customers, and random requests for them, as Hypothesis strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from local.simulator.scenario.models import (
    AzureSubscriptionSpec,
    CustomerSpec,
    GdapSpec,
    OrderSpec,
    PerpetualSpec,
    ReservationSpec,
    SubscriptionSpec,
    TransferSpec,
)
from local.simulator.tenant.kinds import (
    EntitlementStatus,
    GdapStatus,
    Kind,
    OrderStatus,
    ReservationState,
    Status,
    TransferStatus,
)

ENDED = (Status.EXPIRED, Status.DISABLED, Status.DELETED)
ANY_STATUS = st.sampled_from((*(Status.ACTIVE,) * 6, *(Status.SUSPENDED,) * 3, Status.PENDING, *ENDED))
STARTED = st.sampled_from((0, 1, 3, 6, 7, 8, 20, 26, 27, 28)).map(lambda days: f"-P{days}DT1H")


@st.composite
def nce(draw: st.DrawFn) -> SubscriptionSpec:
    """A licence in or out of its window, of any term, that renews, ends, or was extended."""
    status = draw(ANY_STATUS)
    extended = status is Status.ACTIVE and draw(st.sampled_from((False, False, False, True)))
    cancel = not extended and status is Status.ACTIVE and draw(st.booleans())
    busy = status is Status.ACTIVE and draw(st.sampled_from((False, False, False, True)))
    return SubscriptionSpec(
        kind=Kind.NCE_LICENCE,
        status=status,
        started=draw(STARTED),
        term=None if extended else draw(st.sampled_from(("P1M", "P1Y", "P3Y"))),
        auto_renew=None if extended or cancel else draw(st.sampled_from((None, True, False))),
        scheduled_cancel=cancel,
        extended=extended,
        pending_operation_until="+PT5H" if busy else None,
    )


@st.composite
def family(draw: st.DrawFn) -> tuple[SubscriptionSpec, ...]:
    """A base licence with an add-on, legacy or new commerce."""
    kind = draw(st.sampled_from((Kind.NCE_LICENCE, Kind.LEGACY_LICENCE)))
    started = draw(STARTED)
    return SubscriptionSpec(kind=kind, started=started), SubscriptionSpec(kind=kind, started=started, name="Add-on")


def named(groups: list[tuple[SubscriptionSpec, ...]]) -> tuple[SubscriptionSpec, ...]:
    """All subscriptions in one list; a base gets a name of its own, by which its add-on names it."""
    found: list[SubscriptionSpec] = []
    for number, group in enumerate(groups):
        if len(group) > 1:
            base, add_on = group
            name = f"Base {number}"
            group = base.model_copy(update={"name": name}), add_on.model_copy(update={"parent": name})
        found += group
    return tuple(found)


def plain(*kinds: Kind) -> st.SearchStrategy[SubscriptionSpec]:
    """Kinds that need no more than a status and a start."""
    return st.builds(SubscriptionSpec, kind=st.sampled_from(kinds), status=ANY_STATUS, started=STARTED)


@st.composite
def azure_plan(draw: st.DrawFn) -> SubscriptionSpec:
    """An Azure plan with Azure subscriptions below it, of which none is active if the plan itself is suspended."""
    status = draw(st.sampled_from((Status.ACTIVE, Status.ACTIVE, Status.SUSPENDED)))
    states = tuple(EntitlementStatus) if status is Status.ACTIVE else (EntitlementStatus.INACTIVE,)
    below = draw(st.lists(st.builds(AzureSubscriptionSpec, status=st.sampled_from(states)), max_size=3))
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, status=status, azure_subscriptions=tuple(below))


SUBSCRIPTIONS = st.lists(
    st.one_of(
        nce().map(lambda one: (one,)),
        plain(Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE).map(lambda one: (one,)),
        plain(Kind.NCE_TRIAL, Kind.SOFTWARE_SUBSCRIPTION, Kind.MARKETPLACE, Kind.SAVINGS_PLAN).map(lambda one: (one,)),
        azure_plan().map(lambda one: (one,)),
        family(),
    ),
    max_size=4,
).map(named)
RESERVATIONS = st.builds(
    ReservationSpec,
    state=st.sampled_from((ReservationState.SUCCEEDED, ReservationState.CREATING, ReservationState.CANCELLED)),
    refund_error=st.sampled_from((None, None, "RefundLimitExceeded")),
    renew=st.booleans(),
)
SOFTWARE = st.builds(PerpetualSpec, bought=st.sampled_from(("-P5D", "-P29D", "-P90D")), cancelled=st.booleans())
ORDERS = st.builds(
    OrderSpec,
    status=st.sampled_from((OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.PENDING)),
    settles=st.just("+PT3H"),
)
TRANSFERS = st.builds(TransferSpec, status=st.sampled_from((TransferStatus.COMPLETE, TransferStatus.REJECT)))
GDAP = st.builds(GdapSpec, status=st.sampled_from((GdapStatus.ACTIVE, GdapStatus.TERMINATED, GdapStatus.EXPIRED)))


def few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Usually none."""
    return st.one_of(st.just(()), st.just(()), st.lists(items, min_size=1, max_size=2).map(tuple))


CUSTOMERS = st.builds(
    CustomerSpec,
    name=st.just("Random"),
    allow_delegated_access=st.just(True),
    subscriptions=SUBSCRIPTIONS,
    reservations=few(RESERVATIONS),
    perpetual_software=few(SOFTWARE),
    orders=few(ORDERS),
    transfers=few(TRANSFERS),
    gdap=few(GDAP),
)
ALSO_ASKED = st.lists(st.sampled_from(("again", "joins", "differs", "dry", "unreadable")), max_size=3, unique=True)
