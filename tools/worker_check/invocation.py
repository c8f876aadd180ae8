"""What the check sends to a function, and how the function has to end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class Ends(Enum):
    """How an invocation is expected to end."""

    WELL = "well"
    WITH_AN_ERROR = "with an error"


@dataclass(frozen=True, slots=True)
class Message:
    """A Service Bus message; its body is handed over as bytes, as data_type BINARY asks for."""

    id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Tick:
    """A timer that is due."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. `params` are what the host takes out of the path by the route; `status` is the answer wanted."""

    method: str
    path: str
    status: int
    body: bytes = b""
    params: Mapping[str, str] = field(default_factory=dict)


Trigger = Message | Tick | Request


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of one function."""

    function: str
    trigger: Trigger
    ends: Ends = Ends.WELL


@dataclass(frozen=True, slots=True)
class Answer:
    """How a run ended. `error` is the worker's account of an exception, `status` that of an HTTP answer."""

    error: str | None
    status: int | None


def mistake(invocation: Invocation, answer: Answer) -> str | None:
    """Say what is wrong with an answer, or return None."""
    name = invocation.function
    if invocation.ends is Ends.WITH_AN_ERROR:
        return None if answer.error else f"{name} ended well, and should have failed so that somebody is told"
    if answer.error:
        return f"{name} failed: {answer.error}"
    if isinstance(invocation.trigger, Request) and answer.status != invocation.trigger.status:
        return f"{name} answered {answer.status} to {invocation.trigger.method}, not {invocation.trigger.status}"
    return None
