"""Log lines on stderr: time (UTC), level, function, invocation, message.

The app's own logging comes through the root logger and is marked with the invocation that it belongs to. A message
is one line; the traceback of an exception follows it, indented (text) or in field "exception" (json).
"""

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

from local.host.invoke.context import current_invocation
from local.host.service_bus.listener import TRIGGER

# Names of https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-log-levels
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 10,
}


class LogFormat(StrEnum):
    """How a log line looks."""

    TEXT = "text"
    JSON = "json"


class _Formatter(logging.Formatter):
    def _parts(self, record: logging.LogRecord) -> tuple[str, str, str, str]:
        invocation = getattr(record, "host_invocation", None) or current_invocation()
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return (
            moment,
            record.getMessage(),
            invocation.function_name if invocation else "",
            invocation.id if invocation else "",
        )


def _one_line(message: str) -> str:
    """What would steer a terminal is spelled out: a log quotes what others sent."""
    flat = "⏎".join(message.splitlines())
    return "".join(sign if sign in " \t" or sign.isprintable() else ascii(sign)[1:-1] for sign in flat)


class TextFormatter(_Formatter):
    """For a person at the console."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback below it."""
        moment, message, function, invocation = self._parts(record)
        line = f"{moment} {record.levelname:<8} {function or '-'} {invocation or '-'} {_one_line(message)}"
        if record.exc_info:
            line += "\n    " + self.formatException(record.exc_info).replace("\n", "\n    ")
        return line


class JsonFormatter(_Formatter):
    """For a machine: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        moment, message, function, invocation = self._parts(record)
        content = {"time": moment, "level": record.levelname, "logger": record.name, "message": message}
        if function:
            content["function"] = function
        if invocation:
            content["invocationId"] = invocation
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False)


def configure(log_format: LogFormat, stream: TextIO | None = None, *, quiet_sdk: bool = True) -> None:
    """Sends every log record of this process to stderr. Call once, before the app is imported.

    Without `quiet_sdk` nothing is held back that Azure would show: there the root logger's level counts for Microsoft's
    libraries too, unless the app sets theirs.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format is LogFormat.JSON else TextFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    if not quiet_sdk:
        handler.addFilter(_is_of_the_app)
        return
    # The SDK tells of every link and connection at INFO, its own retries at WARNING; this host reports both itself.
    logging.getLogger("azure.servicebus").setLevel(logging.ERROR)
    logging.getLogger("azure.core").setLevel(logging.WARNING)


def _is_of_the_app(record: logging.LogRecord) -> bool:
    """In Azure triggers receive in a process that is not Python: the app's log has no lines of theirs."""
    return not (record.name.startswith("azure.") and (record.threadName or "").startswith(TRIGGER))


def set_level(name: str) -> None:
    """Takes host.json's logging.logLevel.default; raises ValueError for a name that Azure does not know."""
    level = _LEVELS.get(name.casefold())
    if level is None:
        raise ValueError(f"log level {name!r} is not one of {', '.join(sorted(_LEVELS))}")
    logging.getLogger().setLevel(level)
