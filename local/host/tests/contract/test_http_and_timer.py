"""The toy app served by a host process: HTTP and timer triggers, ready line, stop."""

import http.client
import json
import signal
import sys
from pathlib import Path

from local.host.tests.contract.conftest import Toy
from local.host.tests.contract.process import TOY_APP, HostProcess, running, seen, until

_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _call(host: HostProcess, path: str, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


def test_the_toy_app_is_served(toy: Toy, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"masterKey": "m", "functionKeys": {"default": "f"}}))
    with running(TOY_APP, toy.settings, "--keys", str(keys)) as host:
        assert host.ready["functions"][:2] == ["items", "secret"]
        assert host.ready["url"] == f"http://127.0.0.1:{host.port}"
        status, body = _call(host, "/api/items/5?a=1", traceparent=_TRACE)
        echo = json.loads(body)
        assert (status, echo["function"], echo["route"], echo["traceparent"]) == (201, "items", {"id": "5"}, _TRACE)
        assert _call(host, "/api/secret")[0] == 401
        assert _call(host, "/api/secret?code=f") == (200, b"told")
        assert _call(host, "/api/master?code=f")[0] == 401
        assert _call(host, "/api/master?code=m") == (200, b"yes, master")
        assert _call(host, "/api/broken") == (500, b"")
        assert json.loads(_call(host, "/admin/host/status?code=m")[1])["state"] == "Running"
        until(lambda: seen(toy.seen, "tick"), "the timer at the start")
        until(lambda: _call(host, "/admin/functions/tick?code=m", "POST")[0] == 202, "the order to run the timer")
        until(lambda: len(seen(toy.seen, "tick")) == 2, "the timer by hand")
        assert host.stop() == 0
    assert f"items {echo['invocation']} echo of GET" in host.log
    assert "broken on purpose" in host.log
    assert "local/host/invoke" not in host.log
    assert "code=" not in host.log


def test_a_timer_fires_by_its_schedule_and_makes_up_for_what_it_missed(toy: Toy, tmp_path: Path) -> None:
    memory = tmp_path / "timers.json"
    settings = {**toy.settings, "TICK": "* * * * * *"}
    with running(TOY_APP, settings, "--timers", str(memory)) as host:
        until(lambda: len(seen(toy.seen, "tick")) >= 2, "two runs")
        if sys.platform != "win32":
            host.process.send_signal(signal.SIGINT)  # Ctrl-C reaches a whole process group; the parent ends its parts
        host.process.terminate()
        assert sys.platform == "win32" or host.wait() == 0
    state = json.loads(memory.read_text())
    state["tick"]["next"] = "2026-01-01T00:00:00+00:00"
    memory.write_text(json.dumps(state))
    again = tmp_path / "again"
    again.mkdir()
    with running(TOY_APP, {**settings, "SEEN": str(again)}, "--timers", str(memory)):
        until(lambda: seen(again, "tick"), "the missed run")
    assert seen(again, "tick")[0]["past_due"] is True


def test_a_function_that_runs_too_long_ends_the_process(toy: Toy) -> None:
    settings = {**toy.settings, "AzureFunctionsJobHost__functionTimeout": "00:00:00.3"}
    with running(TOY_APP, settings, "--log-format", "json") as host:
        connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=30)
        connection.request("GET", "/api/slow?seconds=60")
        assert host.wait() == 70
        connection.close()
        until(lambda: "" in host.errors, "the end of the log")
    lines = [json.loads(line) for line in host.errors if line.startswith("{")]
    assert any(line["level"] == "CRITICAL" and line.get("function") == "slow" for line in lines)
