"""Calls functions: plain ones in a thread pool, `async def` ones on one event loop, as the Python worker does.

Source: https://learn.microsoft.com/azure/azure-functions/python-scale-performance-reference
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from local.host.functions import Function, TimerTrigger
from local.host.invoke.context import Invocation, InvocationContext, current
from local.host.invoke.trace import Trace
from local.host.invoke.watchdog import Watchdog
from local.host.tracebacks import exc_info

_log = logging.getLogger("host.invocation")


class FunctionFailedError(Exception):
    """The function broke a rule of the worker; the text says which."""


def pool_size(environ: Mapping[str, str]) -> int | None:
    """PYTHON_THREADPOOL_THREAD_COUNT, 1 to 32 as the worker takes it; None means Python's default."""
    text = environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    if not text:
        return None
    if text.isdigit() and 1 <= int(text) <= 32:
        return int(text)
    _log.warning("PYTHON_THREADPOOL_THREAD_COUNT is %r, must be 1 to 32: Python's default is used", text)
    return None


class Invoker:
    """Starts invocations and knows which are running."""

    def __init__(self, watchdog: Watchdog | None = None, environ: Mapping[str, str] = os.environ) -> None:
        self._watchdog = watchdog
        self._pool = ThreadPoolExecutor(max_workers=pool_size(environ), thread_name_prefix="function")
        self._loop = asyncio.new_event_loop()
        self._loop_thread = threading.Thread(target=self._loop.run_forever, name="function-loop", daemon=True)
        self._loop_thread.start()
        self._idle = threading.Condition()
        self._running = 0

    def start(
        self,
        function: Function,
        argument: Callable[[], object],
        trace: Trace,
        answer: Callable[[Any], object] = lambda result: result,
    ) -> "Started":
        """Begins one invocation and returns at once.

        `argument` makes the trigger argument and `answer` turns the return value into what the trigger needs; both are
        called inside the invocation, so that a value that cannot be converted fails the invocation and nothing else.
        The future holds the answer or the exception; failures are logged here.
        """
        context = InvocationContext(function, trace)
        with self._idle:
            self._running += 1
        if self._watchdog is not None:
            self._watchdog.started(context.invocation)
        began = time.monotonic()
        try:
            future = self._submit(function, argument, answer, context)
        except RuntimeError:  # the pool is closed, the host stops
            self._ended(context.invocation)
            raise
        # A timer that fires every second and finds nothing to do would drown everything else.
        level = logging.DEBUG if isinstance(function.trigger, TimerTrigger) else logging.INFO
        future.add_done_callback(lambda done: self._finish(context.invocation, began, done, level))
        return Started(context.invocation, future, cancellable=not function.signature.is_async)

    def _submit(
        self,
        function: Function,
        argument: Callable[[], object],
        answer: Callable[[Any], object],
        context: InvocationContext,
    ) -> "Future[Any]":
        if function.signature.is_async:
            return asyncio.run_coroutine_threadsafe(self._call_async(function, argument, answer, context), self._loop)
        return self._pool.submit(_call, function, argument, answer, context)

    async def _call_async(
        self,
        function: Function,
        argument: Callable[[], object],
        answer: Callable[[Any], object],
        context: InvocationContext,
    ) -> object:
        current.set(context.invocation)
        call: Coroutine[Any, Any, Any] = function.handler(**_arguments(function, argument, context))
        try:
            return answer(_checked(function, await call))
        except SystemExit as error:  # would end the loop, and with it every other async function
            raise FunctionFailedError(f"{function.name} called sys.exit({error.code!r})") from error

    def _finish(self, invocation: Invocation, began: float, done: "Future[Any]", level: int) -> None:
        token = current.set(invocation)
        try:
            if done.cancelled():
                _log.info("given back before it began")
            elif (error := done.exception()) is not None:
                _log.error("failed after %.0f ms", (time.monotonic() - began) * 1000, exc_info=exc_info(error))
            else:
                _log.log(level, "succeeded in %.0f ms", (time.monotonic() - began) * 1000)
        finally:
            current.reset(token)
            self._ended(invocation)

    def _ended(self, invocation: Invocation) -> None:
        if self._watchdog is not None:
            self._watchdog.ended(invocation)
        with self._idle:
            self._running -= 1
            self._idle.notify_all()

    @property
    def running(self) -> int:
        """Invocations that were started and have not ended."""
        return self._running

    def wait_idle(self, seconds: float) -> bool:
        """Waits until nothing runs, at most so long; tells whether that came true."""
        with self._idle:
            return self._idle.wait_for(lambda: self._running == 0, timeout=seconds)

    def close(self) -> None:
        """Ends pool and loop. Call it when idle; a function still running keeps its thread until the process ends."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._loop_thread.join(timeout=1)


@dataclass(frozen=True, slots=True)
class Started:
    """An invocation under way. The future holds the return value or the exception."""

    invocation: Invocation
    future: "Future[Any]"
    cancellable: bool

    def give_back(self) -> bool:
        """Takes the invocation back if it still waits for a thread; True if it will never run."""
        return self.cancellable and self.future.cancel()


def _call(
    function: Function, argument: Callable[[], object], answer: Callable[[Any], object], context: InvocationContext
) -> object:
    token = current.set(context.invocation)
    try:
        return answer(_checked(function, function.handler(**_arguments(function, argument, context))))
    finally:
        current.reset(token)


def _arguments(function: Function, argument: Callable[[], object], context: InvocationContext) -> dict[str, object]:
    arguments = {function.signature.argument: argument()}
    if function.signature.wants_context:
        arguments["context"] = context
    return arguments


def _checked(function: Function, result: Any) -> Any:
    if result is not None and not function.signature.has_return:
        raise FunctionFailedError(
            f"{function.name} has no $return binding but returned {type(result).__name__}: return None"
        )
    return result
