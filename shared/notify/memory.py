"""What a rule has told, in one shared row of the store, changed by compare-and-set."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import TypeAdapter

from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.domain.notices.burst import Told
from shared.notify.notifier import Notifier

TRIES = 50
_TOLD = TypeAdapter(Told)
T = TypeVar("T")


def row_of(rule: str) -> str:
    """The name of the row."""
    return f"notify-{rule}"


def change(rule: str, how: Callable[[Told], tuple[Told, T]], notifier: Notifier) -> T:
    """Apply `how` to what is stored and return what it says; called again when somebody else was faster.

    Raises UnavailableError when the store cannot be reached, or was never free.
    """
    with notifier.lock:
        for _ in range(TRIES):
            row = notifier.store.shared_row(row_of(rule))
            before = _TOLD.validate_json(row.text) if row is not None else Told()
            after, said = how(before)
            if after == before:
                return said
            try:
                text = _TOLD.dump_json(after, exclude_defaults=True).decode()
                notifier.store.put_shared_row(row_of(rule), text, row.etag if row is not None else None)
            except ConcurrencyConflictError:
                continue
            return said
    raise UnavailableError(f"the row of notification rule {rule} was never free; it is tried again", service="store")
