"""Bounded parallel calls that keep the correlation id of the work they belong to.

One at a time needs no second thread: the caller makes the calls itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


class _Caller(Executor):
    """Makes each call when it is submitted. A call that fails holds up none of the others, as in a pool."""

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(call(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def open_pool(workers: int) -> Executor:
    """For `submit`; leaving its `with` block waits for every call."""
    return _Caller() if workers == 1 else ThreadPoolExecutor(max_workers=workers)


def submit(pool: Executor, call: Callable[[], T]) -> Future[T]:
    """Run `call` in the pool, in a copy of the caller's context."""
    context = copy_context()
    return pool.submit(lambda: context.run(call))


def run_all(workers: int, calls: Sequence[Callable[[], T]]) -> list[T]:
    """Every result in order; the first exception is raised after all calls have ended."""
    if len(calls) == 1:
        return [calls[0]()]
    with open_pool(workers) as pool:
        futures = [submit(pool, call) for call in calls]
    return [future.result() for future in futures]
