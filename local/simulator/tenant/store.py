"""The tenant's records in memory, with an undo log, so that a request changes all of what it must or nothing."""

from collections.abc import Iterable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from local.simulator.tenant.records import (
    AuditRecord,
    AzureEntitlement,
    Customer,
    Gdap,
    Order,
    RefundSession,
    Replay,
    Reservation,
    StandingRefusal,
    Transfer,
)
from local.simulator.tenant.subscription import Subscription


class Record(Protocol):
    """What the store needs to know of a record."""

    @property
    def id(self) -> str: ...

    @property
    def customer_id(self) -> str: ...


RecordT = TypeVar("RecordT", bound=Record)


class Table(Generic[RecordT]):
    """Records of one type, by id and by customer, in the order in which they were first put."""

    def __init__(self, name: str, type_: type[RecordT]) -> None:
        self.name = name
        self.type = type_
        self._rows: dict[str, RecordT] = {}
        self._by_customer: dict[str, dict[str, RecordT]] = {}

    def get(self, id_: str) -> RecordT | None:
        """By id (lower case), or None."""
        return self._rows.get(id_)

    def of(self, customer_id: str) -> Iterable[RecordT]:
        """The customer's records."""
        return self._by_customer.get(customer_id, {}).values()

    def get_of(self, customer_id: str, id_: str) -> RecordT | None:
        """By id, only if it belongs to that customer."""
        return self._by_customer.get(customer_id, {}).get(id_)

    def __iter__(self) -> Iterator[RecordT]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def write(self, id_: str, record: RecordT | None) -> RecordT | None:
        """Set or (None) delete one row; returns what was there. For the store alone."""
        old = self._rows.get(id_)
        if old is not None and (record is None or record.customer_id != old.customer_id):
            del self._rows[id_]
            del self._by_customer[old.customer_id][id_]
        if record is not None:
            self._rows[id_] = record
            self._by_customer.setdefault(record.customer_id, {})[id_] = record
        return old


class Store:
    """All tables. put/delete take effect at once; commit keeps them, rollback undoes them."""

    def __init__(self) -> None:
        self.customers = Table("customers", Customer)
        self.subscriptions = Table("subscriptions", Subscription)
        self.entitlements = Table("azureEntitlements", AzureEntitlement)
        self.orders = Table("orders", Order)
        self.reservations = Table("reservations", Reservation)
        self.refund_sessions = Table("refundSessions", RefundSession)
        self.gdap = Table("gdap", Gdap)
        self.transfers = Table("transfers", Transfer)
        self.refusals = Table("refusals", StandingRefusal)
        self.audit = Table("audit", AuditRecord)
        self.replays = Table("replays", Replay)
        self.tables: tuple[Table[Any], ...] = tuple(value for value in vars(self).values() if isinstance(value, Table))
        self._by_type: dict[type, Table[Any]] = {table.type: table for table in self.tables}
        self._undo: list[tuple[Table[Any], str, Record | None]] = []

    def table(self, type_: type) -> Table[Any]:
        """The table that holds records of that type."""
        return self._by_type[type_]

    def put(self, record: Record) -> None:
        """Add or replace one record."""
        table = self._by_type[type(record)]
        self._undo.append((table, record.id, table.write(record.id, record)))

    def delete(self, record: Record) -> None:
        """Remove one record."""
        table = self._by_type[type(record)]
        self._undo.append((table, record.id, table.write(record.id, None)))

    def changes(self) -> list[tuple[Table[Any], str, Record | None]]:
        """The rows changed since the last commit, each once, with their present value (None: deleted)."""
        seen = {(table.name, id_): (table, id_) for table, id_, _ in self._undo}
        return [(table, id_, table.get(id_)) for table, id_ in seen.values()]

    def commit(self) -> None:
        """Forget how to undo."""
        self._undo.clear()

    def rollback(self) -> list[Record]:
        """Undo everything since the last commit; returns the records that are back in place."""
        restored = []
        while self._undo:
            table, id_, old = self._undo.pop()
            table.write(id_, old)
            if old is not None:
                restored.append(old)
        return restored
