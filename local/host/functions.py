"""A function as the host runs it: its trigger resolved against the app settings, ready to be fired."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.host.bindings import AuthLevel
from local.host.ncrontab import Schedule
from local.host.service_bus.entity import Entity
from local.host.signature import Signature


@dataclass(frozen=True, slots=True)
class HttpTrigger:
    """`route` is the template without the prefix; `methods` None means all."""

    route: str
    methods: frozenset[str] | None
    auth_level: AuthLevel

    def __str__(self) -> str:
        return self.under("")

    def under(self, prefix: str) -> str:
        """Methods, path below a route prefix, and who may call."""
        path = "/".join(filter(None, ("", prefix.strip("/"), self.route)))
        methods = ",".join(sorted(self.methods)) if self.methods else "any method"
        return f"{methods} /{path.lstrip('/')} ({self.auth_level.value})"


@dataclass(frozen=True, slots=True)
class ServiceBusTrigger:
    """`binary`: the body is handed over as bytes; `auto_complete` None means as host.json says."""

    connection: str = field(repr=False)
    entity: Entity
    binary: bool
    auto_complete: bool | None

    def __str__(self) -> str:
        return f"{self.entity}{'' if self.binary else ' (text body)'}"


@dataclass(frozen=True, slots=True)
class TimerTrigger:
    """`use_monitor`: remember runs across restarts, so that a missed one is made up for."""

    schedule: Schedule
    run_on_startup: bool
    use_monitor: bool

    def __str__(self) -> str:
        return f"{self.schedule.text} UTC{', at start' if self.run_on_startup else ''}"


Trigger = HttpTrigger | ServiceBusTrigger | TimerTrigger
_KINDS = {HttpTrigger: "http", ServiceBusTrigger: "service bus", TimerTrigger: "timer"}


@dataclass(frozen=True, slots=True)
class Function:
    """One indexed function. `source` is file and line, for messages."""

    name: str
    handler: Callable[..., Any]
    signature: Signature
    trigger: Trigger
    directory: Path
    source: str


def table(functions: tuple[Function, ...], prefix: str) -> list[str]:
    """The functions as aligned text lines: name, trigger, what fires it. `prefix` goes before every route."""
    rows = [(item.name, _KINDS[type(item.trigger)], _fired_by(item.trigger, prefix)) for item in functions]
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    return [f"  {name:<{widths[0]}}  {kind:<{widths[1]}}  {fired_by}" for name, kind, fired_by in rows]


def _fired_by(trigger: Trigger, prefix: str) -> str:
    return trigger.under(prefix) if isinstance(trigger, HttpTrigger) else str(trigger)
