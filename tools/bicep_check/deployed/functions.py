"""The functions of Bicep that infra/ calls, carried out. One that is missing is added with its first use."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from tools.bicep_check.deployed.values import Later, RefusedError, is_later

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
TENANT = "22222222-2222-4222-8222-222222222222"
_SUFFIXES = {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net"}
_ENVIRONMENT = {
    "name": "AzureCloud",
    "suffixes": _SUFFIXES,
    "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
}


def _hashed(*parts: object) -> str:
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:13]


def _union(*parts: Any) -> Any:
    """Objects inside objects are put together, too; arrays inside them are replaced. Of equal items one stays."""
    if isinstance(parts[0], Mapping):
        return reduce(_merged, parts)
    found: list[Any] = []
    for item in (item for part in parts for item in part):
        if item not in found:
            found.append(item)
    return found


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(first)
    for name, value in second.items():
        inner = isinstance(value, Mapping) and isinstance(both.get(name), Mapping)
        both[name] = _merged(both[name], value) if inner else value
    return both


def _string(value: Any) -> str:
    """A text stays what it is; arrays and objects become JSON, without spaces."""
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if isinstance(value, str | int):
        return str(value)
    raise NotImplementedError(f"string of {type(value).__name__}")


def _concat(*parts: Any) -> Any:
    return "".join(parts) if isinstance(parts[0], str) else [item for part in parts for item in part]


def _contains(whole: Any, part: Any) -> bool:
    """Names of an object are the same in any capitals; texts and items are not."""
    if isinstance(whole, Mapping):
        return str(part).casefold() in {name.casefold() for name in whole}
    return part in whole


def _split(text: str, sign: str) -> Any:
    return Later.of(f"split {text}") if is_later(text) and sign not in text else text.split(sign)


def _skip(value: Any, count: int) -> Any:
    return Later.of(f"{value} from {count}") if is_later(value) else value[count:]


def _cidr_subnet(prefix: str, size: int, index: int) -> str:
    return str(list(ipaddress.ip_network(prefix).subnets(new_prefix=size))[index])


def _fail(message: str) -> Any:
    raise RefusedError(message)


def _largest(*values: Any) -> int:
    numbers: tuple[int, ...] = values[0] if len(values) == 1 else values
    return max(numbers)


CARRIED_OUT: Mapping[str, Callable[..., Any]] = {
    "cidrSubnet": _cidr_subnet,
    "concat": _concat,
    "contains": _contains,
    "empty": lambda value: value is None or len(value) == 0,
    "environment": lambda: _ENVIRONMENT,
    "fail": _fail,
    "guid": lambda *parts: f"guid-{_hashed(*parts)}",
    "items": lambda value: [{"key": key, "value": value[key]} for key in sorted(value)],
    "join": lambda values, sign: sign.join(map(str, values)),
    "json": json.loads,
    "last": lambda value: Later.of(f"last {value}") if is_later(value) else value[-1],
    "length": len,
    "max": _largest,
    "replace": lambda text, old, new: text.replace(old, new),
    "skip": _skip,
    "split": _split,
    "string": _string,
    "subscription": lambda: {"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION},
    "subscriptionResourceId": lambda kind, *names: f"{kind}/{'/'.join(names)}",
    "tenant": lambda: {"tenantId": TENANT},
    "toLower": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
    "union": _union,
    "uniqueString": _hashed,
}
