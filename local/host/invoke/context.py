"""The `context` argument of a function, and the invocation that the current thread or task works for."""

import threading
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import uuid4

import azure.functions as func
from azure.functions._abc import RetryContext, RpcException, TraceContext

from local.host.functions import Function
from local.host.invoke.trace import Trace

_local = threading.local()


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of one function."""

    id: str
    function_name: str


current: ContextVar[Invocation | None] = ContextVar("current_invocation", default=None)


def current_invocation() -> Invocation | None:
    """The invocation of this thread or task.

    A thread that the app started itself is known by `context.thread_local_storage.invocation_id`, if the app set it.
    """
    found = current.get()
    if found is None and (marked := getattr(_local, "invocation_id", None)):
        return Invocation(str(marked), "")
    return found


class _Trace(TraceContext):
    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @property
    def trace_state(self) -> str:
        return self._trace.state

    @property
    def trace_parent(self) -> str:
        return self._trace.parent

    @property
    def attributes(self) -> dict[str, str]:
        return {}


class _NoException(RpcException):
    source = stack_trace = message = ""


class _NoRetry(RetryContext):
    """Retry policies are not carried out here, so every invocation is the first try."""

    retry_count = 0
    max_retry_count = 0
    exception = _NoException()


class InvocationContext(func.Context):
    """azure.functions.Context of one invocation."""

    def __init__(self, function: Function, trace: Trace) -> None:
        self.invocation = Invocation(str(uuid4()), function.name)
        self._function = function
        self._trace = _Trace(trace)

    @property
    def invocation_id(self) -> str:
        return self.invocation.id

    @property
    def thread_local_storage(self) -> threading.local:  # type: ignore[override]  # declared as the type, used as the object
        return _local

    @property
    def function_name(self) -> str:
        return self._function.name

    @property
    def function_directory(self) -> str:
        return str(self._function.directory)

    @property
    def trace_context(self) -> TraceContext:
        return self._trace

    @property
    def retry_context(self) -> RetryContext:
        return _NoRetry()
