"""How many messages a second the local broker carries with Microsoft's client, in memory and with its durable store.

    python -m local.broker.tests.performance              a table in Markdown on standard output, about a minute
    python -m local.broker.tests.performance --profile    also where the broker spends its time; rates are lower then

Broker, sender and receiver are processes of their own. Memory and store take turns, so that a ratio compares runs of
the same minutes on the same machine. Every figure is a median over the rounds, the ratio one of the rounds' ratios;
the slowest and the fastest round stand behind each rate.

Exit codes: 0 measured; 1 a process failed or was too slow; 2 wrong arguments.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import pstats
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TooSlowError
from contextlib import contextmanager
from enum import StrEnum
from multiprocessing.synchronize import Barrier
from pathlib import Path
from statistics import median

from azure.servicebus import ServiceBusClient, ServiceBusMessage

ROOT = Path(__file__).parents[3]
QUEUE, BODY, PAGE = "work", b"x" * 500, 100
ROUNDS = 5
LONGEST_SECONDS = 120.0
"""Of one measurement, opening included."""
_HOTTEST = 12
_gate: Barrier


class Mode(StrEnum):
    """Where the broker keeps messages."""

    MEMORY = "in memory"
    DURABLE = "durable (SQLite)"


class Measure(StrEnum):
    """What is timed."""

    SEND = "send, one call a message"
    RECEIVE = "receive and complete"
    BOTH = "send to complete, both at once"


def send(connection: str, count: int) -> float:
    """Send one message a call; seconds it took with the link open."""
    with ServiceBusClient.from_connection_string(connection) as client, client.get_queue_sender(QUEUE) as sender:
        sender.create_message_batch()
        _gate.wait(LONGEST_SECONDS)
        start = time.perf_counter()
        for _ in range(count):
            sender.send_messages(ServiceBusMessage(BODY))
        return time.perf_counter() - start


def receive(connection: str, count: int) -> float:
    """Receive and complete every message; seconds it took with the link open. Raises TooSlowError."""
    with ServiceBusClient.from_connection_string(connection) as client, client.get_queue_receiver(QUEUE) as receiver:
        receiver.peek_messages(1)
        _gate.wait(LONGEST_SECONDS)
        start, done = time.perf_counter(), 0
        while done < count:
            for message in receiver.receive_messages(min(PAGE, count - done), max_wait_time=5):
                receiver.complete_message(message)
                done += 1
            if time.perf_counter() - start > LONGEST_SECONDS:
                raise TooSlowError(f"{done} of {count} messages after {LONGEST_SECONDS:.0f} s")
        return time.perf_counter() - start


def open_gate_with(gate: Barrier) -> None:
    """Give a client process the barrier at which all wait until their links are open."""
    global _gate
    _gate = gate


def timed(connection: str, count: int, *roles: Callable[[str, int], float]) -> float:
    """Run client processes side by side; seconds until the last of them is done."""
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(len(roles))
    with ProcessPoolExecutor(len(roles), context, initializer=open_gate_with, initargs=(gate,)) as pool:
        running: list[Future[float]] = [pool.submit(role, connection, count) for role in roles]
        return max(each.result(LONGEST_SECONDS * 2) for each in running)


@contextmanager
def broker(mode: Mode, folder: Path, profile: Path | None) -> Iterator[str]:
    """A broker process; gives its connection string. Ends by itself when its input ends, or else is killed."""
    entities = folder / "entities.json"
    entities.write_text(json.dumps({"queues": [{"name": QUEUE, "properties": {"lockDuration": "PT5M"}}]}), "utf-8")
    measured = ["-m", "cProfile", "-o", str(profile)] if profile else []
    data = ["--data", str(folder / "data")] if mode is Mode.DURABLE else []
    with subprocess.Popen(
        [sys.executable, *measured, "-m", "local.broker", "--entities", str(entities), "--exit-with-stdin", *data],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise OSError("the broker ended before it was ready; see above")
            yield json.loads(line)["servicebus"]
            process.stdin.close()
            process.wait(20)
        finally:
            process.kill()


def table(rates: dict[tuple[Measure, Mode], list[float]], count: int) -> str:
    """Messages a second and their ratio in Markdown: medians over the rounds, and the slowest and fastest of them."""
    lines = [
        f"| {ROUNDS} x {count} messages of {len(BODY)} bytes | {' | '.join(f'{mode}, msg/s' for mode in Mode)} "
        "| durable / memory |",
        "|---|---:|---:|---:|",
    ]
    for measure in Measure:
        memory, durable = (rates[measure, mode] for mode in Mode)
        cells = [f"{median(each):.0f} ({min(each):.0f} to {max(each):.0f})" for each in (memory, durable)]
        ratio = median(kept / quick for quick, kept in zip(memory, durable, strict=True))
        lines.append(f"| {measure} | {' | '.join(cells)} | {ratio:.2f} |")
    return "\n".join(lines)


def hottest(mode: Mode, profile: Path) -> str:
    """The functions in which the broker spent most time of its own; select and poll are waiting, not work."""
    text = io.StringIO()
    pstats.Stats(str(profile), stream=text).strip_dirs().sort_stats("tottime").print_stats(_HOTTEST)
    lines = text.getvalue().splitlines()
    first = next(number for number, line in enumerate(lines) if "ncalls" in line)
    return "\n".join([f"\nThe broker, {mode}, last round:", "", "```", *lines[first:]]).rstrip() + "\n```"


def measure_all(count: int, profiled: bool) -> str:
    """Everything, memory and store by turns; returns what to print. Raises OSError, RuntimeError, TooSlowError."""
    rates: dict[tuple[Measure, Mode], list[float]] = defaultdict(list)
    profiles: dict[Mode, str] = {}
    for turn in range(ROUNDS):
        for mode in Mode:
            print(f"round {turn + 1} of {ROUNDS}, {mode}", file=sys.stderr)  # noqa: T201
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                file = Path(folder) / "profile" if profiled else None
                with broker(mode, Path(folder), file) as connection:
                    rates[Measure.SEND, mode].append(count / timed(connection, count, send))
                    rates[Measure.RECEIVE, mode].append(count / timed(connection, count, receive))
                    rates[Measure.BOTH, mode].append(count / timed(connection, count, send, receive))
                if file:
                    profiles[mode] = hottest(mode, file)
    return "\n".join([table(rates, count), *profiles.values()])


def main() -> int:
    """Measure and print."""
    prog = "python -m local.broker.tests.performance"
    parser = argparse.ArgumentParser(prog=prog, description=__doc__.partition("\n")[0])
    parser.add_argument("--messages", type=int, default=500, metavar="N", help="of each round (default 500)")
    parser.add_argument("--profile", action="store_true", help="also where the broker spends its time; slower")
    options = parser.parse_args()
    if not 1 <= options.messages <= 100_000:
        parser.error(f"--messages: {options.messages} must be from 1 to 100000")
    try:
        print(measure_all(options.messages, options.profile))  # noqa: T201
    except (OSError, RuntimeError, TooSlowError, subprocess.TimeoutExpired) as error:
        print(f"performance: nothing measured: {error!r}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
