"""What the host process says, and with which exit code it ends, when it cannot start."""

import json
import socket
import subprocess
from pathlib import Path

from local.host.tests.contract.process import ROOT, command, environment

_APP = """import azure.functions as func
app = func.FunctionApp()
@app.route(route='x')
def x(req: func.HttpRequest) -> str:
    return 'x'
"""


def _start(folder: Path, app: str, *options: str) -> "subprocess.CompletedProcess[str]":
    (folder / "function_app.py").write_text(app)
    (folder / "host.json").write_text('{"version": "2.0"}')
    return subprocess.run(
        command(folder, *options),
        cwd=ROOT,
        env=environment({}),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def test_an_app_that_cannot_be_imported(tmp_path: Path) -> None:
    ended = _start(tmp_path, _APP + "def deep():\n    import no_such_module\ndeep()\n")
    assert (ended.returncode, ended.stdout) == (3, "")
    for part in (
        "function_app.py cannot be imported: ModuleNotFoundError",
        "in deep",
        "in Azure none of its functions",
    ):
        assert part in ended.stderr
    assert "local/host/" not in ended.stderr


def test_an_app_that_cannot_be_indexed(tmp_path: Path) -> None:
    ended = _start(tmp_path, _APP + "@app.route(route='y')\ndef y(req: list[str]) -> str: ...\n")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "function y (" in ended.stderr
    assert "function_app.py:6): binding req has invalid non-type annotation" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_wrong_use(tmp_path: Path) -> None:
    ended = _start(tmp_path, _APP, "--settings", "none.json")
    assert ended.returncode == 2
    assert "settings file none.json cannot be read" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_taken_port(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = _start(tmp_path, _APP, "--port", str(taken.getsockname()[1]))
    assert ended.returncode == 1
    assert "cannot be used" in ended.stderr


def test_settings_reach_the_app_and_what_it_prints_stays_off_stdout(tmp_path: Path) -> None:
    (tmp_path / "local.settings.json").write_text(json.dumps({"IsEncrypted": False, "Values": {"GREETING": "hello"}}))
    app = _APP + "import os, sys\nprint('app says', os.environ['GREETING'], sys.path[-1] == os.getcwd())\n"
    ended = _start(tmp_path, app, "--exit-with-stdin")
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["functions"] == ["x"]
    assert "app says hello True" in ended.stderr


def test_the_groups_of_an_app_are_printed_and_nothing_is_started(tmp_path: Path) -> None:
    ended = _start(tmp_path, _APP, "--groups")
    assert ended.returncode == 0, ended.stderr
    shown = json.loads(ended.stdout)
    assert shown == {"groups": [{"name": "http", "functions": ["x"], "entity": None, "schedule": None}]}


def test_a_function_that_the_app_does_not_have_cannot_be_chosen(tmp_path: Path) -> None:
    ended = _start(tmp_path, _APP, "--functions", "x,y")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--functions x,y: the app has no function y" in ended.stderr
