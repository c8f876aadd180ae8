"""How functions are called: arguments, context, results, failures, time limit."""

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from local.host.functions import Function
from local.host.invoke.context import Invocation, current_invocation
from local.host.invoke.invoker import FunctionFailedError, Invoker, pool_size
from local.host.invoke.trace import Trace
from local.host.invoke.watchdog import Watchdog
from local.host.tests.unit.apps import http_function, queue_function, timer_function

_TRACE = Trace("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b")
_DEADLINE = 10.0


@pytest.fixture
def invoker() -> Iterator[Invoker]:
    made = Invoker(environ={"PYTHON_THREADPOOL_THREAD_COUNT": "1"})
    yield made
    made.close()


def _run(invoker: Invoker, function: Function, argument: Callable[[], object] = lambda: "argument") -> Any:
    return invoker.start(function, argument, _TRACE).future.result(_DEADLINE)


def test_a_plain_function_gets_argument_and_context(invoker: Invoker) -> None:
    seen: dict[str, Any] = {}

    def handler(msg: func.ServiceBusMessage, context: func.Context) -> None:
        seen.update(msg=msg, context=context, current=current_invocation(), thread=threading.current_thread().name)

    function = queue_function(handler)
    started = invoker.start(function, lambda: "argument", _TRACE)
    started.future.result(_DEADLINE)
    context = seen["context"]
    assert seen["msg"] == "argument"
    assert (context.function_name, context.invocation_id) == ("handler", started.invocation.id)
    assert (context.trace_context.trace_parent, context.trace_context.trace_state) == (_TRACE.parent, "a=b")
    assert (context.retry_context.retry_count, context.retry_context.max_retry_count) == (0, 0)
    assert context.function_directory == str(function.directory)
    assert seen["current"] == started.invocation
    assert seen["thread"].startswith("function_")


def test_async_functions_share_one_loop(invoker: Invoker) -> None:
    loops: list[Any] = []

    async def handler(msg: func.ServiceBusMessage) -> None:
        await asyncio.sleep(0)
        loops.append((asyncio.get_running_loop(), current_invocation()))

    function = queue_function(handler)
    started = [invoker.start(function, lambda: None, _TRACE) for _ in range(3)]
    for item in started:
        item.future.result(_DEADLINE)
    assert len({id(loop) for loop, _ in loops}) == 1
    assert {invocation.id for _, invocation in loops} == {item.invocation.id for item in started}
    assert not started[0].give_back()


def test_a_thread_of_the_app_can_name_its_invocation(invoker: Invoker) -> None:
    seen: list[Invocation | None] = []

    def handler(msg: func.ServiceBusMessage, context: func.Context) -> None:
        def work() -> None:
            seen.append(current_invocation())
            context.thread_local_storage.invocation_id = context.invocation_id  # type: ignore[attr-defined]
            seen.append(current_invocation())

        with ThreadPoolExecutor(1) as pool:
            pool.submit(work).result()

    started = invoker.start(queue_function(handler), lambda: None, _TRACE)
    started.future.result(_DEADLINE)
    assert seen == [None, Invocation(started.invocation.id, "")]


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_a_result_without_return_binding_fails_the_invocation(invoker: Invoker, kind: str) -> None:
    def plain(msg: func.ServiceBusMessage) -> Any:
        return "something"

    async def asynchronous(msg: func.ServiceBusMessage) -> Any:
        return "something"

    with pytest.raises(FunctionFailedError, match=r"no \$return binding"):
        _run(invoker, queue_function(plain if kind == "plain" else asynchronous))


def test_with_return_binding_the_result_is_turned_into_the_answer(invoker: Invoker) -> None:
    def handler(req: func.HttpRequest) -> str:
        return "text"

    started = invoker.start(http_function(handler), lambda: None, _TRACE, str.upper)
    assert started.future.result(_DEADLINE) == "TEXT"


def test_failures_are_logged_with_the_apps_traceback(invoker: Invoker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    def handler(msg: func.ServiceBusMessage) -> None:
        raise KeyError("lost")

    with pytest.raises(KeyError):
        _run(invoker, queue_function(handler))
    assert invoker.wait_idle(_DEADLINE)
    record = next(item for item in caplog.records if item.levelno == logging.ERROR)
    assert record.exc_info is not None
    trace = record.exc_info[2]
    assert trace is not None
    assert trace.tb_frame.f_code.co_filename == __file__


def test_an_argument_that_cannot_be_made_fails_the_invocation_only(invoker: Invoker) -> None:
    def handler(msg: func.ServiceBusMessage) -> None: ...

    def impossible() -> object:
        raise ValueError("not convertible")

    function = queue_function(handler)
    with pytest.raises(ValueError, match="not convertible"):
        _run(invoker, function, impossible)
    _run(invoker, function)


def test_sys_exit_in_an_async_function_fails_that_invocation_only(invoker: Invoker) -> None:
    async def handler(msg: func.ServiceBusMessage) -> None:
        raise SystemExit(4)

    for _ in range(2):
        with pytest.raises(FunctionFailedError, match=r"sys\.exit"):
            _run(invoker, queue_function(handler))


def test_what_waits_for_a_thread_can_be_given_back(invoker: Invoker) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def handler(msg: func.ServiceBusMessage) -> None:
        entered.set()
        go_on.wait(_DEADLINE)

    function = queue_function(handler)
    running = invoker.start(function, lambda: None, _TRACE)
    waiting = invoker.start(function, lambda: None, _TRACE)
    assert entered.wait(_DEADLINE)
    assert not running.give_back()
    assert waiting.give_back()
    assert not invoker.wait_idle(0.01)
    assert invoker.running == 1
    go_on.set()
    assert invoker.wait_idle(_DEADLINE)


@pytest.mark.parametrize(
    ("text", "size"), [("", None), ("1", 1), ("32", 32), ("0", None), ("33", None), ("many", None)]
)
def test_pool_size(text: str, size: int | None) -> None:
    assert pool_size({"PYTHON_THREADPOOL_THREAD_COUNT": text}) == size


def test_the_watchdog_names_the_invocation_that_ran_too_long() -> None:
    late: list[Invocation] = []
    done = threading.Event()

    def on_timeout(invocation: Invocation) -> None:
        late.append(invocation)
        done.set()

    watchdog = Watchdog(timedelta(seconds=0.05), on_timeout)
    quick, slow = Invocation("1", "quick"), Invocation("2", "slow")
    watchdog.started(quick)
    watchdog.ended(quick)
    watchdog.started(slow)
    assert done.wait(_DEADLINE)
    assert late == [slow]


def test_after_the_close_nothing_starts_and_nothing_is_counted(invoker: Invoker) -> None:
    def handler(msg: func.ServiceBusMessage) -> None: ...

    invoker.close()
    with pytest.raises(RuntimeError):
        invoker.start(queue_function(handler), lambda: None, _TRACE)
    assert invoker.running == 0


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG])
def test_a_timer_that_did_well_is_told_at_debug_only(
    invoker: Invoker, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    def tick(timer: func.TimerRequest) -> None: ...

    with caplog.at_level(level, "host.invocation"):
        invoker.start(timer_function(tick), lambda: None, _TRACE).future.result(_DEADLINE)
        assert invoker.wait_idle(_DEADLINE)
    told = [record for record in caplog.records if record.name == "host.invocation"]
    assert len(told) == (1 if level == logging.DEBUG else 0)


def test_a_timer_that_failed_is_told(invoker: Invoker, caplog: pytest.LogCaptureFixture) -> None:
    def tick(timer: func.TimerRequest) -> None:
        raise ValueError("no")

    started = invoker.start(timer_function(tick), lambda: None, _TRACE)
    with pytest.raises(ValueError, match="no"):
        started.future.result(_DEADLINE)
    assert invoker.wait_idle(_DEADLINE)
    assert any(record.levelno == logging.ERROR for record in caplog.records)
