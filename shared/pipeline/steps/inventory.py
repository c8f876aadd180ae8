"""Taking an inventory: all collections of one customer, put together and recorded."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.decisions import with_missing_children
from shared.domain.decisions.transfers import moved_away, stayed
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.assemble import assemble
from shared.domain.holdings.classify import subscription_holding
from shared.domain.holdings.inventory import AZURE_SUBSCRIPTIONS, Inventory
from shared.domain.holdings.ledger import ActionState, HoldingRecord, observe
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.reads import ordered_holdings
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline.core.evidence import inventory_data
from shared.pipeline.core.session import Session
from shared.pipeline.steps.reading import Reading


def take_inventory(session: Session) -> Inventory:
    """One complete inventory, recorded: every holding seen or missed is stored before anything follows from it.

    Raises NoRelationshipError when the customer is not readable as ours, RemoteError when a read fails.
    """
    customer_id = session.customer_id
    with Reading(session) as reading:
        reading.begin(customer_id)
        return inventory_of(session, reading)


def inventory_of(session: Session, reading: Reading) -> Inventory:
    """The inventory that was begun by `reading`; as above."""
    read = reading.finish()
    read_from, now = read.partner_center, session.services.clock.now()
    holdings, contradictions = assemble(read_from, read.azure, now, _reservation_orders(session))
    holdings = with_missing_children(holdings, session.situation)
    inventory = Inventory(
        read.profile,
        holdings,
        (*read.problems, *contradictions),
        read.began_at,
        read.began_monotonic,
        ordered_holdings(read_from.orders.items),
        moved_away(read_from.transfers.items),
    )
    _record(session, inventory)
    return inventory


def refresh_subscriptions(session: Session) -> None:
    """One list of the subscriptions after writes: effects that are visible already are closed, the rest stays open."""
    services = session.services
    items = services.partner_center.list_subscriptions(session.customer_id).items
    changed = []
    for item in items:
        seen = subscription_holding(item)
        record = session.records.get(seen.key)
        if record is None:
            continue
        before = record.holding
        seen = replace(seen, active_children=before.active_children, covers=before.covers)
        updated = observe(record, seen, services.clock.now())
        if updated is not record:
            changed.append(updated)
    session.note(TimelineEvent.READ_BACK, f"{len(items)} subscriptions read after writing, {len(changed)} changed")
    session.record(EntryKind.OBSERVATION, {"what": "subscriptions", "items": len(items), "changed": len(changed)})
    session.save(holdings=changed)


def close_open_intents(session: Session) -> None:
    """After a crash or an unclear answer: read before writing again (I2)."""
    now = session.services.clock.now()
    last = [record.last for record in session.records.values()]
    if any(a and a.state is ActionState.INTENDED and (a.retry_at is None or a.retry_at <= now) for a in last):
        session.note(
            TimelineEvent.OPEN_INTENTS, "an earlier call has no clear answer: reading everything before writing again"
        )
        take_inventory(session)


def _reservation_orders(session: Session) -> frozenset[str]:
    """The reservation orders that the inventory before this one showed."""
    return frozenset(
        (record.holding.parent_id or "").lower()
        for record in session.records.values()
        if record.holding.kind is HoldingKind.RESERVATION and record.missing_since is None
    )


def _record(session: Session, inventory: Inventory) -> None:
    now = session.services.clock.now()
    seen, known = inventory.by_key, session.records
    changed: list[HoldingRecord] = []
    for key in (*seen, *(key for key in known if key not in seen)):
        if key not in seen and _outside(key, inventory):
            continue
        record = observe(known.get(key), seen.get(key), now)
        if key in seen and not seen[key].ended and not record.stayed and stayed(inventory.moved, key, now):
            record = replace(record, stayed=True)
        if record is not known.get(key):
            changed.append(record)
    detail = f"{len(inventory.holdings)} holdings, {len(changed)} new or changed"
    session.note(TimelineEvent.INVENTORY, detail + "".join(f"; {problem.detail}" for problem in inventory.problems[:5]))
    session.record(EntryKind.OBSERVATION, inventory_data(inventory))
    session.save(holdings=changed)


def _outside(key: str, inventory: Inventory) -> bool:
    # What an unread or incomplete collection does not show is not missing; the problem itself blocks already.
    unread = {problem.collection for problem in inventory.problems}
    if "azure" in unread and key.startswith(("reservation:", "savingsplan:")):
        return True
    if any(key.startswith(f"azure:{name.partition(':')[2]}/") for name in unread if ":" in name):
        return True
    prefixes = {
        "subscriptions": ("subscription:",),
        AZURE_SUBSCRIPTIONS: ("azure:",),
        "orders": ("order:",),
        "entitlements": ("order:", "reservation:"),
        "transfers": ("transfer:",),
        "reservations": ("reservation:",),
        "savingsPlans": ("savingsplan:",),
    }
    return any(key.startswith(prefix) for name, prefix in prefixes.items() if name in unread)
