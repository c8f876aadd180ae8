"""The whole state as JSON, for oracles: what is true, not what readers see yet."""

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.alias_generators import to_camel

from local.simulator.messages import Json
from local.simulator.rules.blockers import Blocker, active_entitlements, blockers
from local.simulator.rules.conditions import condition
from local.simulator.tenant.records import Customer
from local.simulator.times import iso7

if TYPE_CHECKING:
    from local.simulator.simulator import Simulator

_ADAPTERS: dict[type, TypeAdapter[Any]] = {}
_name = cache(to_camel)
"""A few dozen names of fields, asked for again with every record."""


def state_body(simulator: "Simulator", now: datetime, customer_id: str | None) -> dict[str, Json]:
    """Everything, or one customer's part. Sign-in values and tokens are left out."""
    chosen = [one for one in simulator.store.customers if customer_id in {None, one.id, one.domain}]
    return {
        "now": iso7(now),
        "partner": {
            "tenantId": simulator.partner.tenant_id,
            "name": simulator.partner.name,
            "mpnId": simulator.partner.mpn_id,
            "domain": simulator.partner.domain,
        },
        "knobs": simulator.knobs.model_dump(mode="json", by_alias=True),
        "journalLength": simulator.journal.next_seq - 1,
        "customers": [_customer(simulator, one, now) for one in chosen],
    }


def _customer(simulator: "Simulator", customer: Customer, now: datetime) -> Json:
    store, id_ = simulator.store, customer.id
    subscriptions = []
    for one in store.subscriptions.of(id_):
        in_use = active_entitlements(store, id_, one.id, simulator.knobs)
        subscriptions.append(plain(one) | {"condition": condition(one, now, in_use)})
    found = blockers(store, id_, simulator.knobs, now)
    return plain(customer) | {
        "blockers": [blocker_body(one) for one in found],
        "subscriptions": subscriptions,
        "azureEntitlements": [plain(one) for one in store.entitlements.of(id_)],
        "reservations": [plain(one) for one in store.reservations.of(id_)],
        "orders": [plain(one) for one in store.orders.of(id_)],
        "gdap": [plain(one) for one in store.gdap.of(id_)],
        "transfers": [plain(one) for one in store.transfers.of(id_)],
    }


def blocker_body(one: Blocker) -> Json:
    """A blocker as JSON."""
    return {
        "kind": one.kind,
        "id": one.id,
        "reason": one.reason,
        "until": iso7(one.until) if one.until else None,
        "orderId": one.order_id,
    }


def plain(record: object) -> dict[str, Json]:
    """A record as JSON with camelCase keys."""
    camel: dict[str, Json] = _camel(_adapter_of(record).dump_python(record, mode="json"))
    return camel


def _camel(value: Json) -> Json:
    if isinstance(value, dict):
        return {_name(key): _camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return value


def _adapter_of(record: object) -> TypeAdapter[Any]:
    type_ = type(record)
    if type_ not in _ADAPTERS:
        _ADAPTERS[type_] = TypeAdapter(type_)
    return _ADAPTERS[type_]
