"""The simulator as a process: ready line, connections, crashes, exit codes."""

import http.client
import json
import subprocess
from pathlib import Path

import pytest
import requests

from local.simulator.tests.contract.process import CONTOSO, ROOT, SimulatorProcess, command

SUBSCRIPTION = f"/v1/customers/{CONTOSO}/subscriptions/51000001-0000-4000-8000-000000000005"


def test_one_connection_carries_many_requests_and_the_process_ends_with_its_stdin(tmp_path: Path) -> None:
    with SimulatorProcess(tmp_path) as simulator:
        assert simulator.ready == {
            "ready": True,
            "port": simulator.ready["port"],
            "url": f"http://127.0.0.1:{simulator.ready['port']}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", simulator.ready["port"], timeout=20)
        connection.connect()
        first = connection.sock
        for method, body in (("GET", None), ("POST", b"{}"), ("GET", None), ("HEAD", None)):
            connection.request(method, "/_simulator/health", body)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (
                404 if method != "GET" else 200,
                method != "HEAD",
            )
        assert connection.sock is first
        second = subprocess.run(command(tmp_path), cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
        assert (second.returncode, "data folder" in second.stderr) == (2, True)
        connection.putrequest("POST", "/v1/x")
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(b"0\r\n\r\n")
        assert connection.getresponse().status == 411
        connection.close()
        assert simulator.end() == 0


@pytest.mark.parametrize("foreign", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}], ids=str)
def test_a_page_of_another_site_moves_no_clock(tmp_path: Path, foreign: dict[str, str]) -> None:
    with SimulatorProcess(tmp_path) as simulator:
        clock, step = f"{simulator.url}/_simulator/clock", json.dumps({"advance": "P30D"})
        refused = simulator.session.post(
            clock, data=step, headers={"Content-Type": "text/plain", **foreign}, timeout=20
        )
        assert refused.status_code == 403
        assert simulator.session.get(clock, timeout=20).json()["offsetSeconds"] < 60
        own = simulator.session.post(clock, data=step, headers={"Origin": simulator.url}, timeout=20)
        assert own.json()["offsetSeconds"] > 2_000_000


def test_dropped_connections(tmp_path: Path) -> None:
    with SimulatorProcess(tmp_path) as simulator:
        simulator.sign_in()
        rules = [
            {"match": {"method": "GET", "pathRegex": "subscriptions"}, "action": {"type": one}}
            for one in ("dropBefore", "dropAfter")
        ]
        for rule in rules:
            simulator.call("DELETE", "/_simulator/faults")
            simulator.call("POST", "/_simulator/faults", json=rule)
            with pytest.raises(requests.ConnectionError):
                simulator.call("GET", SUBSCRIPTION)
        late = {"action": {"type": "delay", "seconds": 5}}
        simulator.call("POST", "/_simulator/faults", json=late)
        with pytest.raises(requests.ReadTimeout):
            simulator.session.get(f"{simulator.url}{SUBSCRIPTION}", timeout=0.2)
        assert simulator.call("GET", SUBSCRIPTION).json()["status"] == "active"


def test_a_killed_simulator_keeps_what_it_did(tmp_path: Path) -> None:
    first = SimulatorProcess(tmp_path)
    first.sign_in()
    body = first.call("GET", SUBSCRIPTION).json() | {"status": "deleted"}
    headers = {"MS-RequestId": "11111111-1111-4111-8111-111111111111"}
    moved = first.call("POST", "/_simulator/clock", json={"advance": "PT5H"}).json()
    first.call("POST", "/_simulator/faults", json={"killAtJournal": 3, "pid": first.pid})
    with pytest.raises(requests.ConnectionError):
        first.call("PATCH", SUBSCRIPTION, json=body, headers=headers)
    assert first.end() != 0
    with SimulatorProcess(tmp_path) as second:
        second.session.headers.update(first.session.headers)
        clock = second.call("GET", "/_simulator/clock").json()
        assert clock["now"] > moved["now"]
        assert json.loads((tmp_path / "clock.json").read_text())["offsetSeconds"] == pytest.approx(5 * 3600)
        replayed = second.call("PATCH", SUBSCRIPTION, json=body, headers=headers)
        assert replayed.json()["status"] == "deleted"
        lines = [json.loads(line) for line in second.call("GET", "/_simulator/journal").text.splitlines()]
        effects = [(one["seq"], one["effect"], one["replayed"]) for one in lines[2:]]
        assert effects == [(3, "subscription.cancelled", False), (4, None, True)]


def test_mistakes_end_with_code_2_and_no_traceback(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('{"customers": [{"nam": "Contoso"}]}')
    for more, expected in (
        (["--scenario", str(bad)], "customers.0.nam"),
        (["--scenario", str(tmp_path / "none.json")], "cannot be read"),
        (["--port", "99999"], "not a port number"),
    ):
        done = subprocess.run(
            command(tmp_path / "data", *more), cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert expected in done.stderr
        assert "Traceback" not in done.stderr
