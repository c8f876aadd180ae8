"""What the log is like: one correlation id in all lines and calls of an invocation, and no lines of libraries.

Microsoft's worker attaches the trace context to async functions only, so it is set by hand here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol
from uuid import NAMESPACE_URL, uuid4, uuid5

from shared.adapters.http.correlation import correlated


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
    given = (message.correlation_id if message is not None else None) or context.invocation_id or str(uuid4())
    with correlated(str(uuid5(NAMESPACE_URL, given))):
        yield
