"""Who keeps a record of each write to Microsoft: said by whoever makes it, asked by whoever sends its bytes.

The intent is stored right before the bytes leave and has what is really sent; a write whose intent cannot be stored is
not sent (I10). What is never sent has no intent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SentWrite:
    """What is about to be sent; `body_sha256` is over the bytes of the body, of none over no bytes."""

    method: str
    path: str
    request_id: str
    body_sha256: str


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What came of it: an answer, or `none`, which says why there is none.

    `code`: the service's own, of a refusal. `body_sha256` is over the answer's bytes, "" where they broke off.
    """

    status: int | None = None
    code: str = ""
    correlation_id: str = ""
    body_sha256: str = ""
    none: str = ""


class WriteRecorder(Protocol):
    """Stores intents before, and keeps results for the next write of the record."""

    def sending(self, write: SentWrite) -> int:
        """Store the intent, and return its number; raises ConcurrencyConflictError when the claim was lost."""

    def ended(self, intent: int, result: WriteResult) -> None:
        """Keep the result; it is stored with what follows from it."""


_recorder: ContextVar[WriteRecorder | None] = ContextVar("write_recorder", default=None)


@contextmanager
def writes_recorded_by(recorder: WriteRecorder) -> Iterator[None]:
    """Every write in this block, and in threads that copy this context, is recorded."""
    token = _recorder.set(recorder)
    try:
        yield
    finally:
        _recorder.reset(token)


def write_recorder() -> WriteRecorder | None:
    """The recorder of the surrounding block, if there is one."""
    return _recorder.get()
