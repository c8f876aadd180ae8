"""`up`: the stack stays until Ctrl-C. stdout carries one JSON line (with --json) or what a person needs."""

from __future__ import annotations

import signal
import sys
import threading

from local.stack.stack import Addresses, Options, Stack, say


def up(options: Options, *, as_json: bool) -> int:
    """Start, print, wait for a signal, stop."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    say(f"starting broker, partner simulator and Functions host in {options.data} …")
    stack = Stack(options)
    try:
        addresses = stack.start()
        sys.stdout.write((addresses.to_json() if as_json else _for_people(addresses)) + "\n")
        sys.stdout.flush()
        say("ready. Ctrl-C stops everything; started again with the same --data it goes on where it was.")
        while not stopping.wait(0.5):
            stack.check()
        say("stopping …")
    finally:
        stack.stop()
    return 0


def _for_people(addresses: Addresses) -> str:
    key = addresses.function_key
    return "\n".join(
        (
            f"Service Bus        {addresses.servicebus}",
            f"  queue            {addresses.queues['requests']}",
            f"  topic            {addresses.topic} (subscriptions: {', '.join(addresses.subscriptions)})",
            f"HTTP               {addresses.http}/api/offboardings   (header x-functions-key: {key})",
            f"Partner simulator  {addresses.simulator}/_simulator/state",
            f"Data and logs      {addresses.data}",
            "",
            "Try:",
            f"  curl -s -H 'x-functions-key: {key}' {addresses.http}/api/offboardings",
            f"  curl -s {addresses.simulator}/_simulator/journal",
            f'  curl -s -X POST {addresses.simulator}/_simulator/clock -d \'{{"advance": "P30D"}}\'',
        )
    )
