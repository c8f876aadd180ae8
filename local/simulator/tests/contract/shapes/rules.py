"""What "the same shape" means.

A body is taken apart into objects, each with a role: its objectType, its @odata.type, its ARM type, or where it
stands. The documentation varies for one role: newer pages show more keys than older ones. So
Subscriptions are two roles, legacy and modern, by their offer id.
- a key that every documented object of the role has must be there (written as in the sample);
- a key that some have may be there;
- a key that none has may be there only if a table of the documentation names it (TABLES), for no sample shows it;
- a value's JSON type is one of the documented ones; null fits every type.
A sample in PascalCase wants an answer in PascalCase; which keys there are is compared without case.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

TABLES: dict[str, frozenset[str]] = {
    # "Subscription resources"; scheduledActions and what belongs to it is newer than every published sample
    "modern subscription": frozenset(
        {
            "scheduledactions",
            "scheduledactions/*/scheduletype",
            "scheduledactions/*/actiontype",
            "billingcycleenddate",
            "billingcycleenddatetime",
            "actions",
            "migratedfromsubscriptionid",
        }
    ),
    # what reservations look like in Azure is on the same page; "Microsoft Graph error responses"
    "resource": frozenset({"virtualmachinereservations/*/displayname"}),
    "graph error": frozenset({"error/innererror/client-request-id"}),
    # "Entitlement resources"
    "entitlement": frozenset({"quantitydetails", "quantitydetails/*/quantity", "quantitydetails/*/status"}),
}


@dataclass
class Role:
    """Everything seen of one role: how many objects, and for each key path in how many and with which types."""

    objects: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    types: dict[str, set[str]] = field(default_factory=dict)

    def add(self, keys: dict[str, set[str]]) -> None:
        self.objects += 1
        for key, types in keys.items():
            self.seen[key.lower()] = self.seen.get(key.lower(), 0) + 1
            self.types.setdefault(key.lower(), set()).update(types)

    def required(self, key: str) -> bool:
        """Whether every documented object with the same parent has it."""
        parent = key.lower().rpartition("/")[0].removesuffix("/*")
        return self.seen.get(key.lower(), 0) == (self.seen.get(parent, 0) if parent else self.objects)


def objects(body: Any, role: str) -> Iterator[tuple[str, dict[str, set[str]]]]:
    """(role, key path -> JSON types) of every object that has a role of its own; *role* is that of the root."""
    pending: list[tuple[str, Any]] = [(role, body)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, list):
            pending += [(name, item) for item in value]
        elif isinstance(value, dict):
            keys: dict[str, set[str]] = {}
            pending += _collect(value, "", keys, _role(value, name))
            yield _role(value, name), keys


def _collect(value: dict[str, Any], path: str, keys: dict[str, set[str]], name: str) -> list[tuple[str, Any]]:
    """Fill *keys*; returns the objects below that have a role of their own."""
    others: list[tuple[str, Any]] = []
    for key, item in value.items():
        here = f"{path}/{key}" if path else key
        keys.setdefault(here, set()).add(_type(item))
        found = item if isinstance(item, list) else [item]
        below = f"{here}/*" if isinstance(item, list) else here
        for one in found:
            if isinstance(one, dict) and (_own_role(one) or key.lower() in {"items", "value"} or key[:1] == "{"):
                others.append((f"{name}/{key.lower()}", one))
            elif isinstance(one, dict):
                others += _collect(one, below, keys, name)
    return others


def _own_role(value: dict[str, Any]) -> str | None:
    low = {key.lower(): item for key, item in value.items()}
    attributes = low.get("attributes")
    if isinstance(attributes, dict):
        named = {key.lower(): item for key, item in attributes.items()}.get("objecttype")
        if isinstance(named, str):
            return named.lower()
    for key in ("@odata.type", "type"):
        named = low.get(key)
        if isinstance(named, str) and (named.startswith("#microsoft.graph.") or "/" in named):
            return named.lower()
    return None


def _role(value: dict[str, Any], name: str) -> str:
    own = _own_role(value)
    if own == "collection":
        return f"collection of {name}"
    if own == "subscription":
        offer = {key.lower(): item for key, item in value.items()}.get("offerid")
        return f"{'modern' if isinstance(offer, str) and ':' in offer else 'legacy'} subscription"
    return own or name


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def differences(ours: Any, documented: Any, name: str, roles: dict[str, Role]) -> list[str]:
    """What is wrong with *ours*, against the sample and everything documented for its roles."""
    found: list[str] = []
    wanted: dict[str, list[dict[str, set[str]]]] = {}
    for role, keys in objects(documented, name):
        wanted.setdefault(role, []).append(keys)
    given: dict[str, list[dict[str, set[str]]]] = {}
    for role, keys in objects(ours, name):
        given.setdefault(role, []).append(keys)
    found += [f"no {role}" for role in wanted if role not in given]
    for role, all_keys in given.items():
        if role not in wanted:
            found.append(f"{role} is not in the sample")
            continue
        known = roles[role]
        for keys in all_keys:
            found += _strange(role, keys, known, _pascal(wanted[role]))
            found += _missing(role, keys, wanted[role], known)
    return sorted(set(found))


def _pascal(all_keys: list[dict[str, set[str]]]) -> bool:
    return all(key[:1].isupper() for keys in all_keys for key in keys)


def _strange(role: str, keys: dict[str, set[str]], known: Role, pascal: bool) -> Iterator[str]:
    for key, types in keys.items():
        low = key.lower()
        if low not in known.seen and low not in TABLES.get(role, frozenset()):
            yield f"{role}: {key} is documented nowhere"
        elif not types <= known.types.get(low, types) | {"null"} and known.types[low] != {"null"}:
            yield f"{role}: {key} is {sorted(types)}, documented as {sorted(known.types[low])}"
        if pascal != key[:1].isupper() and not key.startswith("@"):
            yield f"{role}: {key} has the wrong case"


def _missing(role: str, keys: dict[str, set[str]], wanted: list[dict[str, set[str]]], known: Role) -> Iterator[str]:
    spelt = {key.lower(): key for documented in wanted for key in documented}
    have = {key.lower(): key for key in keys}
    for low, key in spelt.items():
        parent = low.rpartition("/")[0].removesuffix("/*")
        if low in have:
            if have[low] != key and not any(have[low] in documented for documented in wanted):
                yield f"{role}: {have[low]} is spelt {key}"
        elif known.required(low) and (not parent or _filled(parent, low, keys, have)):
            yield f"{role}: {key} is missing"


def _filled(parent: str, low: str, keys: dict[str, set[str]], have: dict[str, str]) -> bool:
    """Whether the parent of a missing key is there, with something in it."""
    if parent not in have or "null" in keys[have[parent]]:
        return False
    return any(other.startswith(f"{parent}/") for other in have)
