"""Small parts of the front: addresses, tokens, the clock file, and what the package may import."""

from __future__ import annotations

import ast
import base64
import hashlib
import hmac
import json
import os
import sys
from pathlib import Path
from urllib.parse import quote_plus

import pytest

import local.broker
from local.broker.clocks import SystemClock
from local.broker.engine.message import NullJournal
from local.broker.engine.namespace import Namespace
from local.broker.entities.model import Entities, Queue
from local.broker.front.addresses import Address, NodeKind, parse_address
from local.broker.front.cbs import KEY_NAME, Grant, TokenDesk
from local.broker.front.requests import Request
from local.broker.tests.unit.clocks import ManualClock


@pytest.mark.parametrize(
    ("text", "kind", "path"),
    [
        ("Queue", NodeKind.ENTITY, "queue"),
        ("/queue/", NodeKind.ENTITY, "queue"),
        ("amqps://127.0.0.1:5672/a/B", NodeKind.ENTITY, "a/b"),
        ("sb://host/T/Subscriptions/S/$DeadLetterQueue", NodeKind.ENTITY, "t/subscriptions/s/$deadletterqueue"),
        ("queue/$management", NodeKind.MANAGEMENT, "queue"),
        ("amqp://h/q/$DeadLetterQueue/$management", NodeKind.MANAGEMENT, "q/$deadletterqueue"),
        ("$cbs", NodeKind.CBS, ""),
        ("a/b://c", NodeKind.ENTITY, "a/b://c"),
    ],
)
def test_addresses(text: str, kind: NodeKind, path: str) -> None:
    assert parse_address(text) == Address(kind, path)


@pytest.mark.parametrize(
    ("grant", "path", "covered"),
    [("", "q", True), ("q", "q", True), ("q", "q/$deadletterqueue", True), ("q", "q2", False), ("t/x", "t", False)],
)
def test_a_grant_covers_what_is_at_or_below_it(grant: str, path: str, covered: bool) -> None:
    assert Grant(grant).covers(path) == covered


def token(resource: str, key: str = "k", expiry: str = "2000", name: str = KEY_NAME) -> str:
    """A shared access signature."""
    signed = f"{quote_plus(resource)}\n{expiry}".encode()
    signature = base64.b64encode(hmac.new(key.encode(), signed, hashlib.sha256).digest()).decode()
    return f"SharedAccessSignature sr={quote_plus(resource)}&sig={quote_plus(signature)}&se={expiry}&skn={name}"


@pytest.mark.parametrize(
    ("body", "name", "status"),
    [
        (token("sb://h/q"), "sb://h/q", 202),
        (token("sb://h/Q"), "amqp://other:1/q/$DeadLetterQueue", 202),
        (token("sb://h/"), "sb://h/q", 202),
        (token("sb://h/q"), "sb://h/q/$management", 202),
        (token("sb://h/q/$management"), "sb://h/q/$management", 202),
        (token("sb://h/q", key="wrong"), "sb://h/q", 401),
        (token("sb://h/q", expiry="1000"), "sb://h/q", 401),
        (token("sb://h/q", expiry="x"), "sb://h/q", 401),
        (token("sb://h/q", name="Other"), "sb://h/q", 401),
        (token("sb://h/q").replace("SharedAccessSignature", "Bearer"), "sb://h/q", 401),
        (token("sb://h/q"), "sb://h/r", 401),
        (token("sb://h/nothing"), "sb://h/nothing", 404),
        (None, "sb://h/q", 400),
        ("SharedAccessSignature ", "sb://h/q", 401),
        ("SharedAccessSignature sr=&&==", "sb://h/q", 401),
    ],
)
def test_tokens(body: object, name: str, status: int) -> None:
    clock = ManualClock(1_500_000)
    desk = TokenDesk("k", Namespace(Entities(queues=(Queue("q"),)), clock, NullJournal()), clock)
    properties = {"name": name, "operation": "put-token", "type": "jwt"}
    reply, grant = desk.put_token(Request(b"\x43", None, properties, body))
    assert reply.status == status
    assert (grant is not None) == (status == 202)


def test_the_clock_file_moves_business_time_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "clock.json"
    clock = SystemClock(file)
    assert abs(clock.business_ms() - clock.now_ms()) < 60_000

    def write(text: str) -> None:
        other = tmp_path / "new"
        other.write_text(text, encoding="utf-8")
        os.replace(other, file)  # noqa: PTH105
        clock.refresh()

    write(json.dumps({"offsetSeconds": 86_400}))
    assert abs(clock.business_ms() - clock.now_ms() - 86_400_000) < 60_000
    write("half a fi")
    assert "it stays as it was" in caplog.text
    assert abs(clock.business_ms() - clock.now_ms() - 86_400_000) < 60_000
    write(json.dumps({"offsetSeconds": 3_600.5}))
    assert abs(clock.business_ms() - clock.now_ms() - 3_600_500) < 60_000
    file.unlink()
    clock.refresh()
    assert abs(clock.business_ms() - clock.now_ms()) < 60_000


STDLIB = sys.stdlib_module_names
LAYERS = ["amqp", "entities", "engine", "storage", "front"]


def is_shell(name: str) -> bool:
    return f"{name}.".startswith("local.http_shell.")


def test_the_broker_imports_the_standard_library_and_itself_and_points_downward() -> None:
    root = Path(local.broker.__file__).parent
    for file in root.rglob("*.py"):
        layer = file.relative_to(root).parts[0]
        if layer == "tests":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in names:
                own = name.removeprefix("local.broker.")
                assert own != name or name.split(".")[0] in STDLIB or is_shell(name), f"{file} imports {name}"
                if layer in LAYERS and own.split(".")[0] in LAYERS:
                    assert LAYERS.index(own.split(".")[0]) <= LAYERS.index(layer), f"{file} imports {name}"
