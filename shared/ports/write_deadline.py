"""Until when a call with an effect may start: said by whoever holds the claim, asked by whoever sends.

The claim must outlast the last write that may start under it, however many slow calls came before in the same
operation: a second handler would write beside this one otherwise (I2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from shared.domain.errors import ClaimEndingError

_deadline: ContextVar[tuple[Callable[[], float], float] | None] = ContextVar("write_deadline", default=None)
_check: ContextVar[Callable[[], None] | None] = ContextVar("write_check", default=None)


@contextmanager
def writes_pass(check: Callable[[], None]) -> Iterator[None]:
    """`check` is asked right before each call with an effect, and raises where it must not start."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


@contextmanager
def writes_start_before(deadline: float, monotonic: Callable[[], float]) -> Iterator[None]:
    """Calls with an effect start before `deadline` (seconds of `monotonic`) or not at all, in threads that copy this
    context too."""
    token = _deadline.set((monotonic, deadline))
    try:
        yield
    finally:
        _deadline.reset(token)


def require_time_to_write() -> None:
    """Raise ClaimEndingError when it is too late to start, or what the check raises; does nothing where neither was
    set."""
    found = _deadline.get()
    if found is not None and found[0]() > found[1]:
        raise ClaimEndingError("the claim ends too soon for another call with an effect")
    check = _check.get()
    if check is not None:
        check()
