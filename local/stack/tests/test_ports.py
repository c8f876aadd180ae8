"""Ports are looked at before anything is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from local.stack.errors import StackError
from local.stack.ports import require_free


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_named_with_the_option_of_the_stack(taken: int) -> None:
    with pytest.raises(StackError) as raised:
        require_free(taken, ["broker"])
    assert raised.value.code == 2
    assert str(raised.value).startswith(f"port {taken}, which --port-base {taken} gives to the broker, cannot be used")
    assert "Errno" not in str(raised.value)


def test_no_base_means_free_ports() -> None:
    require_free(0, ["broker", "host"])


def test_a_free_port_stays_free() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    require_free(port, ["broker"])
    require_free(port, ["broker"])
