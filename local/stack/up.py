"""`up`: the stack stays until Ctrl-C. stdout carries one JSON line (with --json) or what a person needs."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

from local.stack.addresses import Addresses
from local.stack.errors import StackError
from local.stack.stack import Options, Stack, say


def up(options: Options, *, as_json: bool) -> int:
    """Start, print, wait for a signal, stop; a signal before it is ready, and a second one, is KeyboardInterrupt."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            signal.default_int_handler(number, frame)
        stopping.set()

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stack = Stack(options)
    say(f"starting broker, partner simulator, sink and Functions host in {options.data} …")
    try:
        addresses = stack.start()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        sys.stdout.write((addresses.to_json() if as_json else _for_people(addresses)) + "\n")
        sys.stdout.flush()
        say("ready. Ctrl-C stops everything; started again with the same --data it goes on where it was.")
        _watch(stack, stopping)
        say("stopping …")
    finally:
        stack.stop()
    return 0


def _watch(stack: Stack, stopping: threading.Event) -> None:
    while not stopping.wait(0.5):
        try:
            stack.check()
        except StackError:
            if not stopping.is_set():  # SIGTERM may have reached the parts as well, and one was faster
                raise


def _people(addresses: Addresses) -> Iterator[str]:
    if addresses.people:
        yield f"People look at     {addresses.http}/console   (programs send Authorization: Bearer, see --json)"
    for person in addresses.people:
        yield f"  {person.name:<17}{', '.join(person.roles)}"


def _for_people(addresses: Addresses) -> str:
    key = addresses.function_key
    return "\n".join(
        (
            f"Service Bus        {addresses.servicebus}",
            f"  over HTTP        {addresses.servicebus_rest}",
            f"  queue            {addresses.queues['requests']}",
            f"  topic            {addresses.topic} (subscriptions: {', '.join(addresses.subscriptions)})",
            f"HTTP               {addresses.http}",
            f"  function key     {key}",
            f"  offboardings     {addresses.http}/api/offboardings   (header x-functions-key: {key})",
            *_people(addresses),
            f"Partner simulator  {addresses.simulator}",
            f"  the tenant       {addresses.simulator}/_simulator/state",
            f"Notifications      {addresses.notifications}   (what people would have been told)",
            f"Data and logs      {addresses.data}",
            f"Finished evidence  {addresses.evidence}",
            "",
            "Try:",
            f"  curl -s -H 'x-functions-key: {key}' {addresses.http}/api/offboardings",
            f"  curl -s {addresses.simulator}/_simulator/journal",
            f"  curl -s {addresses.notifications}",
            f'  curl -s -X POST {addresses.simulator}/_simulator/clock -d \'{{"advance": "P30D"}}\'',
        )
    )
