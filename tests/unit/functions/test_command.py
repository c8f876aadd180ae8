"""`offboard plan`, `request`, `watch`, `why`, `export` and what every command has in common."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pytest_mock import MockerFixture

from local.world.world import World
from offboard.__main__ import main as offboard
from offboard.operate.desk import Around
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from shared.operations.mark import mark_for_attention
from tests.unit.functions.test_http_api import create
from tests.unit.functions.test_operators_command import PEOPLE, Desk, Terminal, asking, planned
from tests.unit.functions.wire import Wire
from tests.unit.support.worlds import head, wake_up

__all__ = ["asking"]
ROOT = Path(__file__).resolve().parents[3]
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Whoever waits there lets the pipeline work; the time is that of the world."""
    monkeypatch.chdir(tmp_path)
    found = Desk(capsys)
    found.pause = lambda _: world.run(for_at_most=HOUR)
    found.now = world.clock.now
    return found


def domain(world: World) -> str:
    (one,) = world.simulator.store.customers
    return one.domain


def test_one_is_planned_and_nothing_is_changed(world: World, desk: Desk) -> None:
    assert desk.type("plan", domain(world), "--reason", "ended") == 0, desk.err
    assert "Late" in desk.out
    assert "will be done" in desk.out
    (only,) = world.all()
    assert (only.request.dry_run, only.status) == (True, Status.PLANNED)
    assert desk.type("plan", domain(world), "--reason", "ended", "--json") == 0
    assert json.loads(desk.out)["offboardingId"] == only.id
    assert len(world.all()) == 1, "the same on the same day"
    assert desk.type("plan", "nobody.example", "--reason", "x") == 7
    assert desk.type("plan", "no domain", "--reason", "x") == 2
    assert "customerDomain" in desk.err


def test_one_is_asked_for_when_its_domain_is_typed(world: World, desk: Desk) -> None:
    ask = ("request", domain(world), "--reason", "ended", "--commitments", "stop_and_report")
    assert desk.type(*ask) == 2
    assert f"--confirm '{domain(world)}'" in desk.err
    assert desk.type(*ask, "--confirm", "other.example") == 2
    assert desk.type(*ask, ask=Terminal("yes\n")) == 1
    assert desk.type(*ask, "--dry-run", "--json") == 0
    assert json.loads(desk.out)["commitments"] == "stop_and_report"
    assert desk.sent == []
    assert desk.type(*ask, ask=Terminal(f"{domain(world).upper()}\n")) == 0, desk.err
    assert desk.type(*ask, "--confirm", domain(world)) == 0
    (only,) = world.all()
    assert not only.request.dry_run
    assert f"Next: offboard watch {only.id}" in desk.err
    assert desk.type(*ask, "--not-before", "2027-03-31", "--dry-run", "--json") == 0, desk.err
    assert json.loads(desk.out)["notBefore"] == "2027-03-31T00:00:00Z"
    assert desk.type("list", "--due-before", "2027-03-31", "--updated-since", "2026-03-31") == 0, desk.err
    assert desk.type("reschedule", only.id, "--not-before", "2027-03-31", "--reason", "x", "--dry-run") == 0, desk.err
    assert "2027-03-31T00:00:00Z" in desk.out
    assert desk.type("list", "--due-before", "2027-02-31") == 1
    assert desk.type("request", "x", "--reason", "y", "--not-before", "tomorrow", "--confirm", "x") == 2
    assert "notBefore" in desk.err


def test_one_is_watched_as_long_as_something_moves(world: World, desk: Desk) -> None:
    identity = create(world).json["offboardingId"]
    assert desk.type("watch", identity) == 7, "it waits for weeks"
    assert "received" in desk.err
    assert "waiting" in desk.err
    assert f"offboarding  {identity}" in desk.out
    desk.pause = lambda _: world.run()
    assert desk.type("watch", identity, "--to-the-end", "--json") == 0
    assert json.loads(desk.out)["status"] == "removed"
    assert "Next: offboard report" in desk.err


def test_it_says_why(world: World, desk: Desk) -> None:
    identity = create(world).json["offboardingId"]
    world.run(for_at_most=HOUR)
    assert desk.type("why", identity) == 0
    assert "Late" in desk.out
    assert " time " in desk.out
    mark_for_attention(wake_up(world, identity, Stage.PLAN), Reason(ReasonCode.DEAD_LETTERED, "x"), world.services)
    assert desk.type("why", identity, "--json") == 0
    assert set(json.loads(desk.out)) == {"offboardingId", "status", "reason", "blockers", "nextAttemptAt"}


def test_the_list_is_exported(world: World, desk: Desk, tmp_path: Path) -> None:
    identity = create(world, reason="=1+1").json["offboardingId"]
    for file in (tmp_path / "all.csv", tmp_path / "all.xlsx"):
        assert desk.type("export", "-o", str(file)) == 0
        assert desk.type("export", "-o", str(file)) == 2, "it is there already"
    rows = list(csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text("utf-8-sig"))))
    assert [row["offboardingId"] for row in rows] == [identity]
    assert load_workbook(tmp_path / "all.xlsx").worksheets[0]["A2"].value == identity
    assert desk.type("export", "-o", str(tmp_path / "no" / "a.csv")) == 2
    assert desk.type("export") == 0
    assert identity in desk.out
    assert desk.type("list", "--csv") == 0
    assert desk.out.splitlines()[1].startswith(identity)


def test_the_kill_switch_by_its_own_words(world: World, desk: Desk) -> None:
    assert desk.type("hold") == 2
    assert desk.type("hold", "--reason", "wrong list") == 0
    assert world.services.brakes.read().brake.held
    assert "Next: offboard release" in desk.err
    assert desk.type("release", "--reason", "corrected") == 0
    assert not world.services.brakes.read().brake.held


@pytest.mark.parametrize("words", [("withdraw",), ("resume",), ("reschedule", "--not-before", "now")])
def test_what_would_be_sent_is_shown_and_not_sent(world: World, desk: Desk, words: tuple[str, ...]) -> None:
    identity = create(world).json["offboardingId"]
    before = world.all()
    assert desk.type(words[0], identity, *words[1:], "--reason", "x", "--dry-run") == 0
    assert f"POST /api/offboardings/{identity}/{words[0]}" in desk.out
    assert world.all() == before


def test_an_override_is_confirmed_where_somebody_sits(world: World, desk: Desk) -> None:
    identity = create(world).json["offboardingId"]
    world.run(for_at_most=HOUR)
    say = ("override", identity, "nothing", "--reason", "x")
    assert desk.type(*say, ask=Terminal("no\n")) == 1
    assert "Nothing was sent." in desk.err
    assert desk.type(*say, "--dry-run") == 0
    assert desk.type(*say, "--confirm", domain(world)) == 1
    assert desk.sent[-1][0] == "POST"


def test_an_approval_needs_the_digest_and_the_domain_where_nobody_is_asked(
    asking: World, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(capsys)
    identity = planned(asking)
    plan = head(asking, identity).plan
    assert plan is not None
    approve = ("approve", identity, "--reason", "agreed")
    assert desk.type(*approve, "--dry-run", who="approver") == 0
    assert desk.type(*approve, "--confirm", domain(asking), who="approver") == 2
    assert desk.type(*approve, "--confirm", "x.example", "--digest", plan.digest, who="approver") == 2
    assert head(asking, identity).approval is None
    assert desk.type(*approve, "--confirm", domain(asking), "--digest", plan.digest, who="approver") == 0


@pytest.mark.long
def test_completion_is_printed_and_works(desk: Desk) -> None:
    for shell in ("bash", "zsh", "fish", "powershell"):
        assert desk.type("completion", shell) == 0
        assert "_OFFBOARD_COMPLETE" in desk.out
    assert desk.type("completion", "cmd") == 2
    asked = {"_OFFBOARD_COMPLETE": "complete_bash", "COMP_WORDS": "offboard re", "COMP_CWORD": "1"}
    found = typed(env=asked)
    assert {"request", "report", "resume", "redrive"} <= set(found.stdout.split())


def typed(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    around = {name: value for name, value in os.environ.items() if not name.startswith("OFFBOARDING_")}
    command = [sys.executable, "-m", "offboard", *words]
    return subprocess.run(
        command, cwd=ROOT, env=around | (env or {}), capture_output=True, text=True, timeout=60, check=False
    )


def test_a_mistake_of_the_command_is_words_and_no_traceback(mocker: MockerFixture, world: World, desk: Desk) -> None:
    mocker.patch("offboard.operate.listing.show_list", side_effect=RuntimeError("s"))
    assert desk.type("list") == 70
    assert "a mistake of the command itself (RuntimeError: s)" in desk.err
    assert "Traceback" not in desk.err
    assert desk.type("list", more={"OFFBOARDING_DEBUG": "1"}) == 70
    assert "Traceback" in desk.err


def test_colour_is_for_a_terminal_that_wants_it(
    mocker: MockerFixture, capsys: pytest.CaptureFixture[str], world: World
) -> None:
    create(world)
    world.run()
    seen = {}
    for name, environment in (("colour", {}), ("none", {"NO_COLOR": "1"})):
        screen = Terminal()
        mocker.patch("sys.stdout", screen)
        Desk(capsys).type("list", more=environment)
        seen[name] = screen.getvalue()
    assert "\x1b[32m" in seen["colour"]
    assert "\x1b" not in seen["none"]


def test_progress_is_shown_on_a_terminal_and_taken_away_again(mocker: MockerFixture, world: World, desk: Desk) -> None:
    file = "customers.csv"
    mocker.patch("sys.stderr", screen := Terminal())
    Path(file).write_text(f"domain\n{domain(world)}\n", encoding="utf-8")
    assert desk.type("import", file, "--reason", "x") == 0, screen.getvalue()
    assert "planning 1 customer" in screen.getvalue()
    assert "\x1b[2K" in screen.getvalue(), "the line is cleared"
    mocker.patch("sys.stderr", quiet := Terminal())
    Path("customers.plan.csv").unlink()
    assert desk.type("import", file, "--reason", "x", "--quiet") == 0
    assert quiet.getvalue() == ""


class Slow(BaseHTTPRequestHandler):
    """A pipeline with a long list, or one that never answers."""

    def do_GET(self) -> None:
        if self.path.startswith("/api/brake"):
            self.server.asked.set()  # type: ignore[attr-defined]
            self.server.ended.wait(30)  # type: ignore[attr-defined]
            return
        item = {"offboardingId": "x" * 36, "status": "removed", "updatedAt": "2026-01-01T00:00:00Z"}
        body = json.dumps({"items": [item] * 20_000}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Nothing."""


@pytest.fixture
def pipeline() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.asked, server.ended = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.ended.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
    thread.join()


def started(server: ThreadingHTTPServer, *words: str) -> subprocess.Popen[str]:
    environment = {"OFFBOARDING_URL": f"http://127.0.0.1:{server.server_port}", "OFFBOARDING_KEY": "k"}
    return subprocess.Popen(
        [sys.executable, "-m", "offboard", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell has its background jobs ignore Ctrl-C, and so would everything that they start.
        preexec_fn=None if os.name == "nt" else partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.long
def test_whoever_reads_only_the_first_line_ends_it_quietly(pipeline: ThreadingHTTPServer) -> None:
    with started(pipeline, "list", "--limit", "200", "-q") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith("OFFBOARDING")
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(30) == 0


@pytest.mark.long
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is sent to a process group there")
def test_ctrl_c_is_one_sentence(pipeline: ThreadingHTTPServer) -> None:
    with started(pipeline, "brake") as process:
        assert pipeline.asked.wait(30)  # type: ignore[attr-defined]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert (process.returncode, out) == (130, "")
        assert err.startswith("offboard brake: stopped; ")
        assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for az is a shell script")
def test_whoever_did_az_login_is_who_calls(
    world: World, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    az, asked = tmp_path / "az", tmp_path / "asked"
    answer = {"accessToken": "reader", "expiresOn": "2999-01-01 00:00:00.000000", "expires_on": 32472144000}
    az.write_text(f"#!/bin/sh\necho \"$@\" >> {asked}\necho '{json.dumps(answer)}'\n", encoding="utf-8")
    az.chmod(az.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    nobody = {"OFFBOARDING_TOKEN": "", "OFFBOARDING_PEOPLE_CLIENT_ID": "11111111-0000-4000-8000-000000000000"}
    assert desk.type("brake", more=nobody) == 0, desk.err
    assert "--resource api://11111111-0000-4000-8000-000000000000" in asked.read_text(encoding="utf-8")
    assert desk.wire.seen[-1].headers["Authorization"] == "Bearer reader"
    az.write_text("#!/bin/sh\necho 'Please run az login' >&2\nexit 1\n", encoding="utf-8")
    assert desk.type("brake", more=nobody) == 4
    assert "What to do: Run az login" in desk.err
    assert "Traceback" not in desk.err


PERSON = {"name": "Olga", "objectId": "o", "roles": ["Offboarding.Operate"], "token": "operator"}
ALL = {"name": "Anna All", "objectId": "a", "roles": ["Offboarding.Read", "Offboarding.Operate"], "token": "reader"}


def test_the_local_stack_is_found_by_its_addresses(
    capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(PEOPLE)
    session = Desk(capsys, wire)
    data = tmp_path / ".data" / "up"
    data.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    nothing = {"OFFBOARDING_URL": "", "OFFBOARDING_TOKEN": ""}
    none = nothing | {"OFFBOARDING_DATA": str(tmp_path)}
    assert session.type("--local", "brake", more=none) == 2
    assert "no local stack has left its addresses" in session.err
    shown = {"http": "http://127.0.0.1:7071", "functionKey": "the-key", "people": [ALL, PERSON]}
    (data / "addresses.json").write_text(json.dumps(shown), encoding="utf-8")
    assert session.type("--local", "brake", more=nothing) == 0, session.err
    assert wire.seen[-1].headers["Authorization"] == "Bearer reader"
    assert "Next: offboard --local list" in session.err
    assert session.type("brake", "--local", "--as", "operate", more=nothing) == 0
    assert wire.seen[-1].headers["Authorization"] == "Bearer operator"
    assert session.type("brake", "--local", "--as", "key", more=nothing) == 0
    assert wire.seen[-1].headers["x-functions-key"] == "the-key"
    assert session.type("brake", "--local", "--as", "nobody", more=nothing) == 2
    assert session.type("brake", "--as", "key", more=nothing) == 2


def test_a_store_that_is_down_for_a_moment_is_asked_again(capsys: pytest.CaptureFixture[str], world: World) -> None:
    desk, paused = Desk(capsys), list[float]()
    answers = iter([503, 503])
    real = desk.wire.send

    def send(request: Any, *rest: Any, **more: Any) -> Any:
        answer = real(request, *rest, **more)
        answer.status_code = next(answers, 200)
        answer.headers["Retry-After"] = "7"
        return answer

    desk.wire.send = send  # type: ignore[method-assign]
    desk.pause = paused.append
    assert desk.type("brake") == 0
    assert paused == [7.0, 7.0]


def test_help_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--help"], ["help", "list"], ["list", "--help"]):
        assert offboard(list(words), around=Around({})) == 0
        assert "Usage: offboard" in capsys.readouterr().out
