"""The command line: the ready line, how it ends, and what it says to a user's mistakes."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest

from local.broker.tests.contract.processes import BrokerProcess
from local.broker.tests.contract.raw import RawClient


def test_it_says_when_it_is_ready_and_ends_with_its_parent(tmp_path: Path) -> None:
    with BrokerProcess(tmp_path, "--exit-with-stdin", "--key", "secret") as broker:
        ready = broker.ready()
        assert ready["ready"] is True
        assert ready["servicebus"] == (
            f"Endpoint=sb://127.0.0.1:{ready['port']};SharedAccessKeyName=RootManageSharedAccessKey;"
            "SharedAccessKey=secret;UseDevelopmentEmulator=true;"
        )
        with RawClient(ready["port"]) as client:
            client.open()
            assert client.put_token("work", key="wrong")["status-code"] == 401
        assert broker.process.stdin is not None
        broker.process.stdin.close()
        broker.process.stdin = None
        code, errors = broker.end()
    assert code == 0
    assert "secret" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals of this kind")
def test_a_signal_ends_it_cleanly(tmp_path: Path) -> None:
    with BrokerProcess(tmp_path, "--data", str(tmp_path / "data")) as broker:
        assert broker.ready()
        broker.process.send_signal(signal.SIGTERM)
        assert broker.end()[0] == 0


def test_a_port_or_folder_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with BrokerProcess(tmp_path, "--port", port, "--data", str(tmp_path / "data")) as broker:
            assert broker.ready() == {}
            code, errors = broker.end()
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in errors
    assert "Traceback" not in errors


def test_a_wrong_entities_file_is_a_usage_error(tmp_path: Path) -> None:
    with BrokerProcess(tmp_path, entities={"queues": [{"name": "q", "properties": {"lok": 1}}]}) as broker:
        assert broker.ready() == {}
        code, errors = broker.end()
    assert code == 2
    assert "queues[0].properties.lok: unknown property; known: " in errors
    assert "Traceback" not in errors
