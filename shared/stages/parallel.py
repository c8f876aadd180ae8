"""Bounded parallel calls that keep the correlation id of the work they belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

T = TypeVar("T")


def submit(pool: ThreadPoolExecutor, call: Callable[[], T]) -> Future[T]:
    """Run `call` in the pool, in a copy of the caller's context."""
    context = copy_context()
    return pool.submit(lambda: context.run(call))


def run_all(workers: int, calls: Sequence[Callable[[], T]]) -> list[T]:
    """Every result in order; the first exception is raised after all calls have ended."""
    if len(calls) == 1:
        return [calls[0]()]
    with ThreadPoolExecutor(max_workers=workers) as pool:
        futures = [submit(pool, call) for call in calls]
    return [future.result() for future in futures]
