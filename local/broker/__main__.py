"""Command line of the broker; see `--help`."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from local.broker.clocks import SystemClock
from local.broker.entities.file import load_entities
from local.broker.entities.model import Entities
from local.broker.entities.properties import EntitiesError
from local.broker.front.cbs import EMULATOR_KEY
from local.broker.front.limits import Limits
from local.broker.server import HOST, Broker
from local.broker.storage.sqlite_journal import StorageError

USAGE_ERROR, FAILURE = 2, 1


def main(arguments: list[str] | None = None) -> int:
    """Run until SIGTERM, and until SIGINT or (if asked for) the end of standard input; returns the exit code."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="broker: %(levelname)s: %(message)s")
    try:
        entities = load_entities(options.entities)
        return asyncio.run(_serve(options, entities))
    except EntitiesError as error:
        print(f"broker: {error}", file=sys.stderr)  # noqa: T201
        return USAGE_ERROR
    except StorageError as error:
        print(f"broker: {error}", file=sys.stderr)  # noqa: T201
        return FAILURE
    except KeyboardInterrupt:
        return 0


async def _serve(options: argparse.Namespace, entities: Entities) -> int:
    broker = Broker(
        entities,
        data=options.data,
        clock=SystemClock(options.clock),
        key=options.key,
        limits=Limits(
            max_message_bytes=options.max_message_kb * 1024, idle_link_seconds=float(options.idle_link_seconds)
        ),
    )
    try:
        await broker.start(options.port, options.rest_port)
    except OSError as error:
        option, port = ("--rest-port", options.rest_port) if broker.port else ("--port", options.port)
        print(  # noqa: T201
            f"broker: cannot listen on {HOST}:{port}: {error.strerror}. Stop what uses the port, or take "
            f"a free one with {option} 0.",
            file=sys.stderr,
        )
        return FAILURE
    loop = asyncio.get_running_loop()

    def stop(*_: object) -> None:
        loop.call_soon_threadsafe(broker.stop)

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    if options.exit_with_stdin:
        # Ctrl-C reaches the whole process group: the parent decides who stops when.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_wait_for_end_of_input, args=(stop,), daemon=True).start()
    ready = {"ready": True, "port": broker.port, "servicebus": broker.connection_string, "rest": broker.rest_url}
    print(json.dumps(ready), flush=True)  # noqa: T201
    await broker.run()
    return 0 if broker.failure is None else FAILURE


def _wait_for_end_of_input(stop: object) -> None:
    # Not through sys.stdin: its lock, held by this thread, would be fatal at the end of the interpreter.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    assert callable(stop)
    stop()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.broker",
        description="An AMQP 1.0 broker for one machine that speaks the Azure Service Bus dialect. When it is ready it "
        "prints one line of JSON with its port and the connection string for clients.",
    )
    add = parser.add_argument
    add("--entities", type=Path, required=True, metavar="FILE", help="JSON file with queues, topics, subscriptions")
    add("--port", type=_port, default=0, metavar="N", help="port on 127.0.0.1; 0 takes a free one (default)")
    add("--rest-port", type=_port, default=0, metavar="N", help="the same for HTTP, the REST API of Service Bus")
    add("--data", type=Path, metavar="DIR", help="folder for the messages; without it they live in memory only")
    add("--clock", type=Path, metavar="FILE", help='JSON file {"offsetSeconds": N}: business time minus system time')
    add("--max-message-kb", type=_kilobytes, default=256, metavar="KB", help="largest message or batch (default 256)")
    add("--idle-link-seconds", type=_seconds, default=600, metavar="N", help="detach idle links after (default 600)")
    add("--key", default=EMULATOR_KEY, metavar="KEY", help="shared access key that clients sign with")
    add("--exit-with-stdin", action="store_true", help="for a parent: stop when stdin ends, not on Ctrl-C")
    return parser


def _port(text: str) -> int:
    return _whole(text, 0, 65_535)


def _kilobytes(text: str) -> int:
    return _whole(text, 1, 102_400)


def _seconds(text: str) -> int:
    return _whole(text, 1, 86_400)


def _whole(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
