"""How Flex Consumption scales an app: which functions share instances, and what wakes each group.

All HTTP functions share instances, every other function has its own
(https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from local.host.errors import UsageError
from local.host.functions import Function, HttpTrigger, ServiceBusTrigger, TimerTrigger
from local.host.index import App

HTTP = "http"


@dataclass(frozen=True, slots=True)
class Group:
    """Functions that share instances. `entity`: the path of a queue or subscription; `schedule`: NCRONTAB."""

    name: str
    functions: tuple[str, ...]
    entity: str | None = None
    schedule: str | None = None


def groups(functions: Sequence[Function]) -> list[Group]:
    """The groups of an app, HTTP first; named as the settings of Flex Consumption name them (`alwaysReady`)."""
    over_http = tuple(item.name for item in functions if isinstance(item.trigger, HttpTrigger))
    found = [Group(HTTP, over_http)] if over_http else []
    for item in functions:
        if isinstance(item.trigger, ServiceBusTrigger):
            found.append(Group(f"function:{item.name}", (item.name,), entity=str(item.trigger.entity)))
        elif isinstance(item.trigger, TimerTrigger):
            found.append(Group(f"function:{item.name}", (item.name,), schedule=item.trigger.schedule.text))
    return found


def as_json(functions: Sequence[Function]) -> str:
    """One line, for whoever starts a process for each group."""
    return json.dumps({"groups": [asdict(group) for group in groups(functions)]})


def only(app: App, text: str) -> App:
    """The app as an instance of one group sees it: indexed whole, but only these functions are fired.

    `text` holds names separated by commas. Raises UsageError for one that the app does not have.
    """
    wanted = {name.strip().casefold() for name in text.split(",") if name.strip()}
    unknown = wanted - {item.name.casefold() for item in app.functions}
    if unknown or not wanted:
        raise UsageError(f"--functions {text}: the app has no function {', '.join(sorted(unknown)) or '(none named)'}")
    return replace(app, functions=tuple(item for item in app.functions if item.name.casefold() in wanted))
