"""What an invocation tells: one correlation id in all lines and calls, the trace of the host, no lines of libraries.

Microsoft's worker may attach the trace context or not, by its version and the kind of function, so it is set by hand.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import NAMESPACE_URL, uuid4, uuid5

from shared.adapters.http.correlation import correlated
from shared.composition import bootstrap


def quiet_libraries() -> None:
    """Only warnings of Microsoft's libraries; called before anything is built.

    The root logger of the worker is at INFO, where azure-servicebus tells of every link and connection, azure-identity
    of every token, and azure-core of every request with its headers. host.json cannot keep them out: to the host all
    lines of a function have one category.
    """
    logging.getLogger("azure").setLevel(logging.WARNING)


class _Context(Protocol):
    @property
    def invocation_id(self) -> str: ...


class _Message(Protocol):
    @property
    def correlation_id(self) -> str | None: ...


@contextmanager
def traced(context: _Context, message: _Message | None = None) -> Iterator[None]:
    """Work under the message's correlation id, else under the invocation's; MS-CorrelationId has to be a GUID."""
    from shared.ports.telemetry import telemetry

    given = (message.correlation_id if message is not None else None) or context.invocation_id or str(uuid4())
    bootstrap.tell()
    current = telemetry()
    with correlated(str(uuid5(NAMESPACE_URL, given))):
        if not current.on:
            yield
            return
        with current.invocation(_name(context), _traceparent(context)):
            yield


def _name(context: _Context) -> str:
    return str(getattr(context, "function_name", "") or "function")


def _traceparent(context: _Context) -> str:
    """W3C trace context of the host's own span, "" where it has none."""
    return str(getattr(getattr(context, "trace_context", None), "trace_parent", "") or "")
