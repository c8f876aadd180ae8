"""A transfer to another partner that completes: its subscriptions leave this partner.

Source: "Transfer subscriptions": the list shows Active, Complete, PartiallyComplete and Reject; what remains of
the subscriptions on the old partner's side is not documented (knob transferred).
"""

from dataclasses import replace
from datetime import datetime

from local.simulator.knobs import Knobs
from local.simulator.tenant.kinds import Status, TransferStatus
from local.simulator.tenant.records import Transfer, TransferLine
from local.simulator.tenant.store import Store
from local.simulator.tenant.subscription import Subscription


def settle_transfer(store: Store, transfer: Transfer, status: TransferStatus, knobs: Knobs, now: datetime) -> Transfer:
    """Give the transfer its status and let what it moved leave; returns the stored transfer.

    Complete moves every subscription, PartiallyComplete all but the last. Add-ons go with their base, Azure
    subscriptions with their plan.
    """
    moved: tuple[str, ...] = ()
    if status is TransferStatus.COMPLETE:
        moved = transfer.subscription_ids
    elif status is TransferStatus.PARTIALLY_COMPLETE:
        moved = transfer.subscription_ids[:-1]
    found = [store.subscriptions.get(id_) for id_ in transfer.subscription_ids]
    lines = tuple(_line(one) for one in found if one is not None) or transfer.lines
    after = replace(transfer, status=status, modified_at=now, moved_ids=moved, lines=lines)
    store.put(after)
    for one in list(store.subscriptions.of(transfer.customer_id)):
        if one.id in moved or one.parent_id in moved:
            _leave(store, one, knobs)
    return after


def _leave(store: Store, one: Subscription, knobs: Knobs) -> None:
    if knobs.transferred == "stay":
        return
    for child in list(store.entitlements.of(one.customer_id)):
        if child.plan_id == one.id:
            store.delete(child)
    if knobs.transferred == "absent":
        store.delete(one)
        return
    gone = replace(
        one,
        status=Status.DELETED,
        auto_renew=False,
        scheduled_actions=(),
        next_term=None,
        next_charge=None,
        phase_ends_at=None,
        cancel_until=None,
        job=None,
        job_until=None,
        pending_state=None,
        pending_state_at=None,
        version=one.version + 1,
    )
    store.put(gone)


def _line(one: Subscription) -> TransferLine:
    return TransferLine(one.id, one.offer_id, one.name, one.billing_cycle, one.quantity, one.order_id)
