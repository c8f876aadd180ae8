"""The MS-CorrelationId of the work in progress: one id for all calls of one piece of work, for Microsoft support."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import uuid4

from shared.adapters.http.call import guid

_current: ContextVar[str] = ContextVar("ms_correlation_id", default="")


def correlation_id() -> str:
    """The id of the surrounding `correlated` block, a fresh one outside of any."""
    return _current.get() or str(uuid4())


def current_correlation_id() -> str:
    """The id of the surrounding block, "" outside of any."""
    return _current.get()


@contextmanager
def correlated(identifier: str) -> Iterator[None]:
    """Every call inside the block carries `identifier` (a GUID). Threads need `contextvars.copy_context`."""
    mark = _current.set(guid("correlationId", identifier))
    try:
        yield
    finally:
        _current.reset(mark)
