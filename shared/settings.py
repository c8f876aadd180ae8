"""The settings of the application: the one place that reads the environment.

Everything that is missing or wrong is reported at once, by name. Secrets are kept out of every representation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from shared.domain.errors import SettingsError
from shared.domain.policy import Pace, Policy
from shared.ports.runtime import KEEP_FOR
from shared.stages.services import Mode

T = TypeVar("T")
GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")


class StoreKind(StrEnum):
    """Where offboardings are kept."""

    SQLITE = "sqlite"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The services that are called; other clouds and the local simulator have others."""

    partner_center: str
    login: str
    graph: str
    azure: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between deployments."""

    mode: Mode
    partner_tenant_id: str
    client_id: str
    client_secret: str = field(repr=False)
    refresh_token: str = field(repr=False)
    endpoints: Endpoints
    store: StoreKind
    sqlite_file: Path | None
    table_endpoint: str
    table_connection: str = field(repr=False)
    retention: timedelta
    clock_file: Path | None
    service_bus_connection: str = field(repr=False)
    service_bus_namespace: str
    managed_identity_client_id: str
    protected_customers: frozenset[str]
    calls_per_minute: int
    call_timeout: timedelta
    policy: Policy
    pace: Pace


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env`; raises SettingsError listing every missing or malformed one."""
    reader = _Reader(env)
    call_timeout = reader.seconds("OFFBOARDING_CALL_TIMEOUT_SECONDS", 60)
    store = reader.choice("OFFBOARDING_STORE", StoreKind, StoreKind.SQLITE)
    settings = Settings(
        mode=reader.choice("OFFBOARDING_MODE", Mode, Mode.PLAN),
        partner_tenant_id=reader.guid("OFFBOARDING_PARTNER_TENANT_ID"),
        client_id=reader.required("OFFBOARDING_CLIENT_ID"),
        client_secret=reader.required("OFFBOARDING_CLIENT_SECRET"),
        refresh_token=reader.required("OFFBOARDING_REFRESH_TOKEN"),
        endpoints=Endpoints(
            reader.optional("OFFBOARDING_PARTNER_CENTER_URL", "https://api.partnercenter.microsoft.com"),
            reader.optional("OFFBOARDING_LOGIN_URL", "https://login.microsoftonline.com"),
            reader.optional("OFFBOARDING_GRAPH_URL", "https://graph.microsoft.com"),
            reader.optional("OFFBOARDING_AZURE_URL", "https://management.azure.com"),
        ),
        store=store,
        sqlite_file=Path(reader.required("OFFBOARDING_SQLITE_FILE")) if store is StoreKind.SQLITE else None,
        table_endpoint=reader.address("OFFBOARDING_TABLE_ENDPOINT"),
        table_connection=reader.optional("OFFBOARDING_TABLE_CONNECTION", ""),
        retention=timedelta(days=reader.integer("OFFBOARDING_RETENTION_DAYS", KEEP_FOR.days, most=36_500)),
        clock_file=_path(reader.optional("OFFBOARDING_CLOCK_FILE", "")),
        service_bus_connection=reader.optional("ServiceBus", ""),
        service_bus_namespace=reader.optional("ServiceBus__fullyQualifiedNamespace", ""),
        managed_identity_client_id=reader.optional("ServiceBus__clientId", ""),
        protected_customers=reader.guids("OFFBOARDING_PROTECTED_CUSTOMERS"),
        calls_per_minute=reader.integer("OFFBOARDING_CALLS_PER_MINUTE", 250),
        call_timeout=call_timeout,
        policy=Policy(
            strict_nce=reader.flag("OFFBOARDING_STRICT_NCE", default=True),
            refund_reservations=reader.flag("OFFBOARDING_REFUND_RESERVATIONS", default=True),
        ),
        pace=_pace(reader, call_timeout),
    )
    if store is StoreKind.TABLE and bool(settings.table_endpoint) == bool(settings.table_connection):
        text = "store table needs OFFBOARDING_TABLE_ENDPOINT or OFFBOARDING_TABLE_CONNECTION, and not both"
        reader.problems.append(text)
    if not settings.service_bus_connection and not settings.service_bus_namespace:
        reader.problems.append("ServiceBus__fullyQualifiedNamespace (or ServiceBus) is required")
    if reader.problems:
        raise SettingsError(f"{len(reader.problems)} setting(s) are wrong: " + "; ".join(reader.problems))
    return settings


def _pace(reader: _Reader, call_timeout: timedelta) -> Pace:
    pace = Pace(
        claim=reader.seconds("OFFBOARDING_CLAIM_SECONDS", 900),
        call_timeout=call_timeout,
        margin=reader.seconds("OFFBOARDING_MARGIN_SECONDS", 30),
        sweep_grace=reader.seconds("OFFBOARDING_SWEEP_GRACE_SECONDS", 300),
        first_retry=reader.seconds("OFFBOARDING_FIRST_RETRY_SECONDS", 30),
        settle_poll=reader.seconds("OFFBOARDING_SETTLE_POLL_SECONDS", 120),
    )
    if pace.claim <= pace.call_timeout + pace.margin:
        reader.problems.append("OFFBOARDING_CLAIM_SECONDS must be larger than call time-out and margin together")
    return pace


def _path(value: str) -> Path | None:
    return Path(value) if value else None


class _Reader:
    """Reads settings and remembers every problem instead of stopping at the first."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self.problems: list[str] = []

    def optional(self, name: str, default: str) -> str:
        return self._env.get(name, "").strip() or default

    def required(self, name: str) -> str:
        value = self.optional(name, "")
        if not value:
            self.problems.append(f"{name} is required")
        return value

    def guid(self, name: str) -> str:
        value = self.required(name).lower()
        if value and not GUID.match(value):
            self.problems.append(f"{name} must be a GUID (got {value[:40]!r})")
        return value

    def guids(self, name: str) -> frozenset[str]:
        values = [item.strip().lower() for item in self.optional(name, "").split(",") if item.strip()]
        # A protection that cannot be read must not silently protect nobody.
        self.problems += [f"{name}: {item[:40]!r} is not a GUID" for item in values if not GUID.match(item)]
        return frozenset(values)

    def choice(self, name: str, kind: type[T], default: T) -> T:
        value = self.optional(name, "")
        return self._parsed(name, value, default, lambda: kind(value.lower()), _words(kind))  # type: ignore[call-arg]

    def address(self, name: str) -> str:
        value = self.optional(name, "")
        # A token of the identity is sent there, so nothing but TLS will do.
        if value and not value.lower().startswith("https://"):
            self.problems.append(f"{name} must begin with https:// (got {value[:40]!r})")
        return value

    def integer(self, name: str, default: int, most: int = 10**9) -> int:
        value, rule = self.optional(name, ""), f"a whole number from 2 to {most}"
        return self._parsed(name, value, default, lambda: _within(int(value), 2, most), rule)

    def seconds(self, name: str, default: float) -> timedelta:
        value = self.optional(name, "")
        number = self._parsed(
            name, value, default, lambda: _within(float(value), 0.001, 1e9), "a number of seconds above 0"
        )
        return timedelta(seconds=number)

    def flag(self, name: str, *, default: bool) -> bool:
        value = self.optional(name, "").lower()
        words = {"true": True, "false": False}
        return self._parsed(name, value, default, lambda: words[value], "true or false")

    def _parsed(self, name: str, value: str, default: T, parse: Callable[[], T], rule: str) -> T:
        if not value:
            return default
        try:
            return parse()
        except (ValueError, KeyError, OverflowError):
            self.problems.append(f"{name} must be {rule} (got {value[:40]!r})")
            return default


N = TypeVar("N", int, float)


def _within(number: N, least: N, most: N) -> N:
    if not least <= number <= most:
        raise ValueError(number)
    return number


def _words(kind: type[object]) -> str:
    return "one of " + ", ".join(str(member.value) for member in kind)  # type: ignore[attr-defined]
