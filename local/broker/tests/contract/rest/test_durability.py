"""Killed at any moment: what was answered with 201 is there, what was completed is not."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

from local.broker.tests.contract.lanes import eventually
from local.broker.tests.contract.processes import BrokerProcess
from local.broker.tests.contract.rest.client import Rest


def test_201_means_stored(tmp_path: Path) -> None:
    stored: list[str] = []

    def send(url: str) -> None:
        with Rest(url) as client:
            try:
                for number in itertools.count():
                    client.send("work", str(number).encode())
                    stored.append(str(number))
            except OSError:
                return

    with BrokerProcess(tmp_path, "--data", str(tmp_path / "data")) as broker:
        url = broker.ready()["rest"]
        sender = threading.Thread(target=send, args=(url,))
        sender.start()
        eventually(lambda: len(stored) > 50, "fifty messages")
        broker.process.kill()
        sender.join(20)
    with BrokerProcess(tmp_path, "--data", str(tmp_path / "data")) as broker, Rest(broker.ready()["rest"]) as client:
        found = []
        while (got := client.lock("work")).status == 201:
            found.append(got.body.decode())
            assert client.call("DELETE", got.headers["Location"]).status == 200
        assert set(stored) <= set(found)
        assert len(found) == len(set(found)) <= len(stored) + 1
        broker.process.kill()
    with BrokerProcess(tmp_path, "--data", str(tmp_path / "data")) as broker, Rest(broker.ready()["rest"]) as client:
        assert client.take("work").status == 204


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with BrokerProcess(tmp_path) as first:
        port = first.ready()["rest"].rsplit(":", 1)[1]
        with BrokerProcess(tmp_path, "--rest-port", port) as broker:
            assert broker.ready() == {}
            code, errors = broker.end()
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{port}" in errors
    assert "--rest-port 0" in errors
    assert "Traceback" not in errors
