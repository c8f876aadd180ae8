"""Random customers as a Hypothesis strategy: any mix of holdings, states and dates."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from local.simulator.scenario.models import CustomerSpec, ResellerSpec, SubscriptionSpec, TransferSpec
from local.simulator.tenant.kinds import Kind, Status, TransferStatus
from tests.simulation.holdings import (
    GDAP,
    ORDERS,
    SOFTWARE,
    azure_plan,
    family,
    legacy,
    nce,
    reservation,
    savings_plan,
    with_window,
)

AZURE = (Kind.AZURE_PLAN, Kind.LEGACY_AZURE)
RESELLER = ResellerSpec(id="5d9c1f0e-2222-4000-8000-000000000002", name="A Reseller", mpn_id="4711")


def _alone(one: st.SearchStrategy[SubscriptionSpec]) -> st.SearchStrategy[tuple[SubscriptionSpec, ...]]:
    return one.map(lambda item: (item,))


def named(groups: list[tuple[SubscriptionSpec, ...]]) -> tuple[SubscriptionSpec, ...]:
    """All subscriptions in one list, each with a name of its own; by its name an add-on names its base."""
    found: list[SubscriptionSpec] = []
    for number, group in enumerate(groups):
        base = group[0].model_copy(update={"name": f"Subscription {number}"})
        found += [base, *(item.model_copy(update={"parent": base.name}) for item in group[1:])]
    return tuple(found)


SUBSCRIPTIONS = st.lists(
    st.one_of(
        *map(_alone, (nce(), nce(), with_window(), with_window(), legacy(), savings_plan(), azure_plan())), family()
    ),
    max_size=4,
).map(named)


def few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Usually none."""
    return st.one_of(st.just(()), st.just(()), st.lists(items, min_size=1, max_size=2).map(tuple))


@st.composite
def transfers(draw: st.DrawFn, subscriptions: tuple[SubscriptionSpec, ...]) -> tuple[TransferSpec, ...]:
    """Usually none; an open one names a base that can move, a settled one what stayed."""
    movable = [str(item.name) for item in subscriptions if item.status is Status.ACTIVE and item.parent is None]
    if not movable or draw(st.sampled_from((True, True, True, False))):
        return ()
    status = draw(st.sampled_from(tuple(TransferStatus)))
    names = (draw(st.sampled_from(movable)),) if status in (TransferStatus.ACTIVE, TransferStatus.REJECT) else ()
    return (TransferSpec(status=status, subscriptions=names),)


@st.composite
def customers(draw: st.DrawFn) -> CustomerSpec:
    """A customer, of a reseller or not. What was bought in the Azure portal belongs to an Azure subscription."""
    subscriptions = draw(SUBSCRIPTIONS)
    has_azure = any(item.kind in AZURE for item in subscriptions)
    bought = draw(few(reservation()))
    return CustomerSpec(
        name="Random",
        subscriptions=subscriptions,
        reservations=tuple(item for item in bought if item.via_partner_center or has_azure),
        perpetual_software=draw(few(SOFTWARE)),
        orders=draw(few(ORDERS)),
        gdap=draw(few(GDAP)),
        transfers=draw(transfers(subscriptions)),
        resellers=draw(st.sampled_from(((), (), (), (RESELLER,)))),
    )


CUSTOMERS = customers()
