"""The functions of Bicep that infra/ calls, carried out. One that is missing is added with its first use."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Callable, Mapping
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
    if isinstance(parts[0], Mapping):
        return {name: value for part in parts for name, value in part.items()}
    return list(dict.fromkeys(item for part in parts for item in part))


def _concat(*parts: Any) -> Any:
    return "".join(parts) if isinstance(parts[0], str) else [item for part in parts for item in part]


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
    "contains": lambda whole, part: part in whole,
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
    "string": str,
    "subscription": lambda: {"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION},
    "subscriptionResourceId": lambda kind, *names: f"{kind}/{'/'.join(names)}",
    "tenant": lambda: {"tenantId": TENANT},
    "toLower": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
    "union": _union,
    "uniqueString": _hashed,
}
