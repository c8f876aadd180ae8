"""Twenty thousand frames that no client should send: the broker goes on, and keeps no memory of them."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import pytest

from local.broker.amqp import encode as put
from local.broker.amqp.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    Transfer,
)
from local.broker.amqp.types import Symbol
from local.broker.tests.contract.lanes import eventually
from local.broker.tests.contract.processes import BrokerProcess
from local.broker.tests.contract.raw import RawClient, message, outcome_of, source, target
from local.broker.tests.contract.test_hostile import conversation, damage

FRAMES, TOGETHER, SEED = 20_000, 5, 2026
"""TOGETHER bad frames go over one connection, because the broker may close it at the first."""
WARM_UP = 100
"""Connections before memory is first measured: until then the interpreter itself still grows."""
GROWTH = 1.2
SHORT_LIVED = {"defaultMessageTimeToLive": "PT1S"}
ENTITIES = {
    # Short lives and locks: what the frames have stored by the rules is gone soon, and memory shows what is not.
    "queues": [{"name": "q", "properties": {**SHORT_LIVED, "lockDuration": "PT1S", "maxDeliveryCount": 2_000}}],
    "topics": [{"name": "t", "properties": SHORT_LIVED}],
}
ADDRESSES = ["", "q", "t", "$cbs", "q/$management", "q/$DeadLetterQueue", "none", "s" * 300]
KINDS: tuple[type[Performative], ...] = (Open, Begin, Attach, Flow, Flow, Transfer, Transfer, Disposition, Detach, End)
FIELDS: dict[str, Callable[[random.Random], bytes]] = {
    "uint": lambda chance: put.uint(chance.choice([0, 1, 2, 3, 4, 5, 6, 100, 2**31, 2**32 - 1])),
    "ulong": lambda chance: put.ulong(chance.randrange(2**64)),
    "ubyte": lambda chance: bytes((0x50, chance.choice([0, 1, 2, 255]))),
    "ushort": lambda chance: b"\x60" + chance.choice([0, 1, 65_535]).to_bytes(2, "big"),
    "boolean": lambda chance: put.boolean(chance.random() < 0.5),
    "string": lambda chance: put.string(chance.choice(ADDRESSES)),
    "symbol": lambda chance: put.symbol(chance.choice(["x", "amqp:accepted:list"])),
    "binary": lambda chance: put.binary(chance.randbytes(chance.randint(0, 40))),
    "map": lambda chance: put.encode({Symbol("k"): chance.random()}),
    "any": lambda chance: put.encode(chance.choice([None, 1, "x", Symbol("en-US"), {Symbol("k"): 1}])),
    "error": lambda _: put.described(0x1D, put.list_of([put.symbol("amqp:x"), put.string("x" * 20)])),
    "raw": lambda chance: chance.choice([node, outcome])(chance),
}


def node(chance: random.Random) -> bytes:
    """A source or target."""
    return chance.choice([source, target])(chance.choice(ADDRESSES))


def outcome(chance: random.Random) -> bytes:
    """A delivery state; 0x33 and 0x34 are those of transactions, which the broker does not have."""
    return put.described(chance.choice([0x23, 0x24, 0x25, 0x26, 0x27, 0x33, 0x34]), put.EMPTY_LIST)


def framed(body: bytes, chance: random.Random) -> bytes:
    """A frame with a right header around any body."""
    channel = chance.choices([0, 1, 65_535], [18, 1, 1])[0]
    return (8 + len(body)).to_bytes(4, "big") + b"\x02\x00" + channel.to_bytes(2, "big") + body


def random_frame(chance: random.Random) -> bytes:
    """Noise, framed noise, a frame body with fields of wrong types, or one that is right but makes no sense here."""
    how = chance.choices(["noise", "framed noise", "wrong types", "no sense"], [1, 1, 1, 5])[0]
    if how == "noise":
        return chance.randbytes(chance.randint(1, 200))
    if how == "framed noise":
        return framed(chance.randbytes(chance.randint(1, 200)), chance)
    kind = chance.choice(KINDS)
    types = [each.name for each in kind.TYPES]
    if how == "wrong types":
        types = chance.choices(list(FIELDS), k=chance.randint(0, 14))
    fields = [
        put.NULL if number >= kind.MANDATORY and chance.random() < 0.3 else FIELDS[name](chance)
        for number, name in enumerate(types)
    ]
    payload = message(b"fuzz") if kind is Transfer and chance.random() < 0.7 else b""
    return framed(put.described(kind.CODE, put.list_of(fields)) + payload, chance)


def attempt(chance: random.Random) -> bytes:
    """What goes over one connection: a conversation with damaged frames, or its beginning and random ones."""
    frames = conversation(chance)
    if chance.random() < 0.5:
        for index in chance.sample(range(len(frames)), TOGETHER):
            frames[index] = damage(frames[index], chance)
        return b"".join(frames)
    return b"".join(frames[: chance.randint(0, len(frames) - 1)] + [random_frame(chance) for _ in range(TOGETHER)])


def offer(port: int, data: bytes) -> None:
    """Send everything and read until the broker closes the connection, which it must within ten seconds."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as connection,
        suppress(ConnectionError, BrokenPipeError),
    ):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


def resident_kilobytes(process: int) -> int | None:
    """Memory of a process; None where the system does not tell in /proc."""
    file = Path(f"/proc/{process}/status")
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS:")), None)


def read_all(stream: IO[str], lines: list[str]) -> None:
    """Keep the pipe of a process from filling up."""
    lines.extend(stream)


@pytest.mark.slow
def test_twenty_thousand_bad_frames_leave_the_broker_as_it_was(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, said = random.Random(SEED), list[str]()
    with BrokerProcess(tmp_path, entities=ENTITIES) as broker:
        port, process = broker.ready()["port"], broker.process.pid
        assert broker.process.stderr is not None
        reader = threading.Thread(target=read_all, args=(broker.process.stderr, said))
        reader.start()
        try:
            for _ in range(WARM_UP):
                offer(port, b"".join(conversation(chance)))
            start = peak = resident_kilobytes(process) or 0
            for number in range(FRAMES // TOGETHER):
                offer(port, attempt(chance))
                if number % 50 == 0:
                    peak = max(peak, resident_kilobytes(process) or 0)
            assert broker.process.poll() is None
            with RawClient(port).sign_in() as client:
                client.attach_receiver(1, "q", settled=True)
                client.attach_sender(0, "q")
                assert outcome_of(client.send_message(0, 0, message(b"alive")))[0] == 0x24
                client.flow(1, 1_000)
                eventually(lambda: b"alive" in client.expect_frame(Transfer)[1])
            eventually(lambda: (resident_kilobytes(process) or 0) <= GROWTH * start)
            end = resident_kilobytes(process)
        finally:
            broker.process.kill()
            reader.join()
    assert "could not be handled" not in "".join(said)
    memory = f"{start} kB at the start, {peak} kB at most, {end} kB at the end" if end else "not measured here"
    with capsys.disabled():
        print(  # noqa: T201
            f"\n{FRAMES} bad frames over {FRAMES // TOGETHER} connections: serving; resident memory {memory}"
        )
