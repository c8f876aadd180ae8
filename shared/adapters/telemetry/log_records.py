"""The app's log lines as OpenTelemetry's log records, with the offboarding that they are about.

The SDK's own handler is deprecated and its successor exports whatever a line carries, texts of exceptions included.
Here only listed properties leave, and of an exception its type and where it happened.
"""

from __future__ import annotations

import logging
import traceback
from pathlib import PurePath
from types import TracebackType

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import _SUPPRESS_INSTRUMENTATION_KEY, get_current, get_value
from opentelemetry.sdk._logs import LoggerProvider

from shared.adapters.http.correlation import current_correlation_id
from shared.adapters.telemetry.context import inherited
from shared.adapters.telemetry.opentelemetry import SCOPE, attributes
from shared.adapters.telemetry.redaction import redacted
from shared.ports.telemetry import Property, Value

OWN_MACHINERY = ("opentelemetry", "azure.monitor")
"""What exporting itself logs would be exported in turn, for ever; so would what libraries log meanwhile."""
FRAMES = 20
_LEVELS = (
    (logging.CRITICAL, SeverityNumber.FATAL),
    (logging.ERROR, SeverityNumber.ERROR),
    (logging.WARNING, SeverityNumber.WARN),
    (logging.INFO, SeverityNumber.INFO),
)
_EXPORTED = (Property.OFFBOARDING_ID, Property.STAGE, Property.HOLDING, Property.EVENT)


class LogRecords(logging.Handler):
    """Hands on every line from INFO upwards."""

    def __init__(self, provider: LoggerProvider) -> None:
        super().__init__(logging.INFO)
        self._logger = provider.get_logger(SCOPE)

    def emit(self, record: logging.LogRecord) -> None:
        if get_value(_SUPPRESS_INSTRUMENTATION_KEY):
            return
        if any(record.name == name or record.name.startswith(f"{name}.") for name in OWN_MACHINERY):
            return
        try:
            self._logger.emit(_told(record))
        except Exception:
            self.handleError(record)


def _told(record: logging.LogRecord) -> LogRecord:
    said: dict[Property, Value] = {**inherited(), Property.LOGGER: record.name}
    said |= {name: str(getattr(record, name.value)) for name in _EXPORTED if getattr(record, name.value, "")}
    if correlation := current_correlation_id():
        said[Property.CORRELATION_ID] = correlation
    if record.exc_info and record.exc_info[0] is not None:
        said[Property.EXCEPTION_TYPE] = record.exc_info[0].__name__
        said[Property.FRAMES] = _frames(record.exc_info[2])
    return LogRecord(
        timestamp=int(record.created * 1e9),
        context=get_current(),
        severity_number=next((number for level, number in _LEVELS if record.levelno >= level), SeverityNumber.DEBUG),
        severity_text=record.levelname,
        body=redacted(record.getMessage().strip()),
        attributes=attributes(said),
    )


def _frames(place: TracebackType | None) -> str:
    """The innermost frames, without code and without values."""
    frames = traceback.extract_tb(place)[-FRAMES:]
    return " > ".join(f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
