"""host.json, with the overrides that app settings may make, as typed options.

Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json and .../functions-bindings-service-bus
"""

import json
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from local.host.errors import IndexingError
from local.host.host_json_names import OBSOLETE_SERVICE_BUS, SECTIONS, SERVICE_BUS
from local.host.timespan import parse_timespan

_OVERRIDE_PREFIX = "azurefunctionsjobhost:"


def _timespan(value: object) -> object:
    return parse_timespan(value) if isinstance(value, str) else value


def _function_timeout(value: object) -> object:
    return None if value in ("-1", -1) else _timespan(value)


TimeSpan = Annotated[timedelta, BeforeValidator(_timespan)]


class _Options(BaseModel):
    # Names in host.json and in overriding settings are matched without case, so they are folded before they come here.
    model_config = ConfigDict(frozen=True, alias_generator=lambda name: name.replace("_", ""), populate_by_name=True)


class ServiceBusOptions(_Options):
    """extensions.serviceBus, names and defaults of extension 5.x. Durations are timedeltas."""

    prefetch_count: int = Field(default=0, ge=0)
    auto_complete_messages: bool = True
    max_auto_lock_renewal_duration: TimeSpan = timedelta(minutes=5)
    max_concurrent_calls: int = Field(default_factory=lambda: 16 * (os.cpu_count() or 1), ge=1)


class HttpOptions(_Options):
    """extensions.http."""

    route_prefix: str = "api"


class Extensions(_Options):
    """The extensions section."""

    service_bus: ServiceBusOptions = ServiceBusOptions()
    http: HttpOptions = HttpOptions()


class LogLevels(_Options):
    """logging.logLevel: only the default level is honoured here."""

    default: str = "Information"


class Logging(_Options):
    """The logging section."""

    log_level: LogLevels = LogLevels()


class HostJson(_Options):
    """What this host honours of host.json.

    `function_timeout` None means without limit; the default is Flex Consumption's.
    """

    version: str
    function_timeout: Annotated[timedelta | None, BeforeValidator(_function_timeout)] = timedelta(minutes=30)
    extensions: Extensions = Extensions()
    logging: Logging = Logging()
    extension_bundle: dict[str, Any] | None = None


def load_host_json(app_dir: Path, environ: Mapping[str, str]) -> tuple[HostJson, list[str]]:
    """Reads host.json, lays `AzureFunctionsJobHost__a__b` settings over it; returns options and warnings.

    Raises IndexingError when the file is missing, is not JSON, or breaks a rule.
    """
    path = app_dir / "host.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise IndexingError([f'{path} is missing: a Functions app needs one, at least {{"version": "2.0"}}']) from None
    except ValueError as error:
        raise IndexingError([f"{path} is not JSON: {error}"]) from None
    if not isinstance(content, dict):
        raise IndexingError([f"{path} must be a JSON object"])
    folded = _fold(content)
    for name, value in environ.items():
        key = name.replace("__", ":").casefold()
        if key.startswith(_OVERRIDE_PREFIX):
            _override(folded, key[len(_OVERRIDE_PREFIX) :].split(":"), value)
    if folded.get("version") != "2.0":
        raise IndexingError([f'{path}: version must be "2.0", it is {folded.get("version")!r}'])
    try:
        options = HostJson.model_validate(folded)
    except ValidationError as error:
        raise IndexingError(
            [
                f"{path}: {'.'.join(map(str, item['loc']))}: {item['msg']} (value {item['input']!r})"
                for item in error.errors()
            ]
        ) from None
    limit = options.function_timeout
    if limit is not None and limit <= timedelta(0):
        raise IndexingError([f"{path}: functionTimeout must be longer than zero (-1 means without limit)"])
    return options, _warnings(content)


def _fold(node: Any) -> Any:
    return {key.casefold(): _fold(value) for key, value in node.items()} if isinstance(node, dict) else node


def _override(node: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        child = node.get(part)
        if not isinstance(child, dict):
            child = node[part] = {}
        node = child
    node[path[-1]] = value


def _warnings(content: dict[str, Any]) -> list[str]:
    found = [f"host.json: {key!r} is not a known section" for key in content if key.casefold() not in SECTIONS]
    service_bus = next(
        (
            section
            for name, extensions in content.items()
            if name.casefold() == "extensions" and isinstance(extensions, dict)
            for key, section in extensions.items()
            if key.casefold() == "servicebus" and isinstance(section, dict)
        ),
        {},
    )
    for key in service_bus:
        if (better := OBSOLETE_SERVICE_BUS.get(key.casefold())) is not None:
            found.append(
                f"host.json: extensions.serviceBus.{key} is a 4.x name, silently ignored in Azure: use {better}"
            )
        elif key.casefold() not in SERVICE_BUS:
            found.append(
                f"host.json: extensions.serviceBus.{key} is no option of extension 5.x, silently ignored in Azure"
            )
    return found
