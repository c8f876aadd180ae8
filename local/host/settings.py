"""App settings: local.settings.json, `%Name%` references and connections.

In Azure every app setting is an environment variable of the worker; so here.
"""

import json
import re
from collections.abc import Mapping, MutableMapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from azure.servicebus import parse_connection_string

from local.host.errors import UsageError

_REFERENCE = re.compile(r"%([^%\s]+)%")


class SettingError(ValueError):
    """A reference to a setting that is missing or cannot be used."""


def apply_local_settings(path: Path, environ: MutableMapping[str, str]) -> list[str]:
    """Puts `Values` of a local.settings.json into the environment and returns the names that it set.

    A variable that exists already wins, as with Core Tools. Raises UsageError when the file is unreadable,
    encrypted, or holds a value that is not text. Source:
    https://learn.microsoft.com/azure/azure-functions/functions-develop-local
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"settings file {path} cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise UsageError(f"settings file {path} is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise UsageError(f'settings file {path} must be an object {{"IsEncrypted": false, "Values": {{…}}}}')
    if content.get("IsEncrypted"):
        raise UsageError(f'settings file {path}: "IsEncrypted" must be false, encrypted values cannot be read here')
    values = content.get("Values", {})
    if not isinstance(values, dict):
        raise UsageError(f'settings file {path}: "Values" must be an object of names and texts')
    applied = []
    for name, value in values.items():
        if not isinstance(value, str):
            raise UsageError(f'settings file {path}: "Values"."{name}" must be text, put it between quotes')
        if name not in environ:
            environ[name] = value
            applied.append(name)
    return applied


def lookup(environ: Mapping[str, str], name: str) -> str | None:
    """A setting by name. .NET configuration ignores case and reads `__` and `:` alike, so this does too."""
    if name in environ:
        return environ[name]
    wanted = name.replace("__", ":").casefold()
    return next((value for key, value in environ.items() if key.replace("__", ":").casefold() == wanted), None)


def resolve_references(text: str, environ: Mapping[str, str]) -> str:
    """Replaces every `%Name%` by its setting; raises SettingError when one has no value."""

    def value_of(match: re.Match[str]) -> str:
        value = lookup(environ, match[1])
        if not value:
            raise SettingError(f"setting {match[1]!r} (from {text!r}) has no value: add it to the app settings")
        return value

    return _REFERENCE.sub(value_of, text)


def service_bus_connection(name: str, environ: Mapping[str, str]) -> str:
    """The connection string of a binding's `connection`: AzureWebJobs<name>, <name> or ConnectionStrings__<name>.

    Raises SettingError when there is none, when it is identity-based (no tokens on one machine), or when it points
    anywhere but to this machine: a local run must never consume the messages of a real namespace.
    """
    candidates = (f"AzureWebJobs{name}", name, f"ConnectionStrings__{name}")
    found = next(((key, value) for key in candidates if (value := lookup(environ, key))), None)
    if found is None:
        if lookup(environ, f"{name}__fullyQualifiedNamespace"):
            raise SettingError(
                f"connection {name!r} is identity-based ({name}__fullyQualifiedNamespace); this host needs a "
                f"connection string in setting {name!r}"
            )
        raise SettingError(f"connection {name!r} is not set: put a Service Bus connection string in setting {name!r}")
    key, text = found
    try:
        endpoint = parse_connection_string(text).endpoint
    except (ValueError, KeyError, AttributeError):
        raise SettingError(
            f"setting {key!r} is not a Service Bus connection string (Endpoint=sb://…;SharedAccessKey…)"
        ) from None
    host = urlsplit(endpoint).hostname or ""
    if not _is_loopback(host):
        raise SettingError(f"setting {key!r} points to {host!r}; this host connects to 127.0.0.1 or localhost only")
    return text


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
