"""Orders that several purchases share: one order of many lines, or one line of many reservations."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from local.simulator.tenant.records import Order, OrderLine
from local.simulator.tenant.store import Record, Store


def with_shared_orders(records: Iterable[Record], store: Store | None = None) -> Iterator[Record]:
    """The records, in which orders with one id are one order; those of *store* count, in an addition to it."""
    orders: dict[str, Order] = {}
    for record in records:
        if not isinstance(record, Order):
            yield record
            continue
        before = orders.get(record.id)
        if before is None and store is not None:
            before = store.orders.get_of(record.customer_id, record.id)
        orders[record.id] = record if before is None else merged(before, record)
    yield from orders.values()


def merged(one: Order, other: Order) -> Order:
    """Both as one order: lines are numbered on, and reservations of one reservation order share a line."""
    lines = list(one.lines)
    for line in other.lines:
        twin = _line_of(lines, line.reservation_order_id)
        if twin is None:
            lines.append(replace(line, number=len(lines)))
        else:
            lines[twin.number] = replace(twin, quantity=twin.quantity + line.quantity)
    return replace(one, lines=tuple(lines), created_at=min(one.created_at, other.created_at))


def _line_of(lines: Iterable[OrderLine], reservation_order_id: str | None) -> OrderLine | None:
    if reservation_order_id is None:
        return None
    return next((line for line in lines if line.reservation_order_id == reservation_order_id), None)
