"""`offboard` over HTTP: what operators type, against the functions of this process."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from pytest_mock import MockerFixture

from local.world.world import World
from offboard.__main__ import main as offboard
from offboard.operate.desk import Around
from offboard.operate.shown import Shown
from offboard.verify_evidence import read
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.rights import Role
from shared.operations.mark import mark_for_attention
from tests.unit.functions.support import KEY, person
from tests.unit.functions.test_http_api import create
from tests.unit.functions.wire import Wire
from tests.unit.support.worlds import SMALL, head, wake_up

PEOPLE = {
    "operator": person("Olga Operator", Role.OPERATE),
    "approver": person("Ava Approver", Role.APPROVE),
    "reader": person("Rita Reader", Role.READ),
}
URL = "http://127.0.0.1:7071"


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


@dataclass
class Desk:
    """Types commands, and remembers what was sent."""

    capsys: pytest.CaptureFixture[str]
    wire: Wire = field(default_factory=lambda: Wire(PEOPLE))
    out: str = ""
    err: str = ""
    pause: Callable[[float], None] = lambda _: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def type(
        self, *words: str, who: str = "operator", ask: io.StringIO | None = None, more: dict[str, str] | None = None
    ) -> int:
        """The exit code."""
        session = requests.Session()
        session.mount("http://", self.wire)
        secret = {"OFFBOARDING_KEY": KEY["x-functions-key"]} if who == "key" else {"OFFBOARDING_TOKEN": who}
        environment = {"OFFBOARDING_URL": URL, **secret, **(more or {})}
        code = offboard(list(words), around=Around(environment, session, ask or io.StringIO(), self.pause, self.now))
        self.out, self.err = self.capsys.readouterr()
        return code

    @property
    def sent(self) -> list[tuple[str, str]]:
        return [(str(item.method), str(item.path_url)) for item in self.wire.seen]


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(capsys)


@pytest.fixture
def asking(mocker: MockerFixture) -> World:
    """A world in which every plan needs an approval."""
    found = World(SMALL, OFFBOARDING_APPROVAL="always")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


def planned(world: World) -> str:
    identity: str = create(world).json["offboardingId"]
    world.run(for_at_most=timedelta(hours=1))
    assert head(world, identity).status is Status.AWAITING_APPROVAL
    return identity


def digest(world: World, identity: str) -> str:
    plan = head(world, identity).plan
    assert plan is not None
    return plan.digest


def domain(world: World, identity: str) -> str:
    customer = head(world, identity).customer
    assert customer is not None
    return customer.domain


def test_one_is_shown_and_listed(world: World, desk: Desk) -> None:
    identity = create(world).json["offboardingId"]
    world.run(for_at_most=timedelta(hours=1))

    assert desk.type("show", identity, who="key") == 0
    assert f"offboarding  {identity}" in desk.out
    assert "status       waiting" in desk.out
    assert "blocked: Late " in desk.out
    assert desk.err == f'Next: offboard watch {identity} or offboard withdraw {identity} --reason "..."\n'
    assert desk.type("show", identity, "--quiet", who="key") == 0
    assert desk.err == ""
    assert "\x1b" not in desk.out
    assert desk.type("show", identity, "--json", who="reader") == 0
    assert json.loads(desk.out)["offboardingId"] == identity
    assert desk.type("list", "--status", "waiting,removed") == 0
    assert desk.out.splitlines()[1].split()[:3] == [identity, "waiting", "Small"]


def test_a_list_goes_on_as_far_as_wanted(world: World, desk: Desk) -> None:
    for number in range(3):
        create(world, requestId=f"r-{number}", dryRun=True)
    assert desk.type("list", "--limit", "2") == 0
    assert len(desk.out.splitlines()) == 3
    assert "--all shows all" in desk.err
    assert desk.type("list", "--limit", "2", "--all", "--json") == 0
    found = json.loads(desk.out)
    assert [item["requestId"] for item in found["items"]] == ["r-2", "r-1", "r-0"]
    assert "next" not in found
    assert desk.type("list", "--status", "gone") == 1
    assert "must be one of" in desk.err
    assert desk.type("list", "--limit", "201") == 2


def test_evidence_is_saved_once(world: World, desk: Desk, tmp_path: Path) -> None:
    identity = create(world).json["offboardingId"]
    world.run()
    file = tmp_path / "e.jsonl"
    assert desk.type("evidence", identity, "-o", str(file)) == 0
    assert len(read(file.read_bytes()).entries) == head(world, identity).evidence.entries
    assert desk.type("evidence", identity, "-o", str(file)) == 2
    assert "cannot be written" in desk.err


def test_a_plan_is_shown_confirmed_and_approved_as_it_was_seen(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("approve", identity, "--reason", "agreed", who="approver", ask=Terminal("n\n")) == 1
    assert "Nothing was sent." in desk.err
    assert head(asking, identity).approval is None
    typed = Terminal(f"{domain(asking, identity)}\n")
    assert desk.type("approve", identity, "--reason", "agreed", who="approver", ask=typed) == 0
    assert f"plan digest       {digest(asking, identity)}" in desk.out
    assert "1 suspend" in desk.out
    assert "Late" in desk.out
    assert f"Type {domain(asking, identity)} to approve this plan" in desk.err
    last = desk.wire.seen[-1]
    assert last.headers["If-Match"].startswith('"')
    assert (
        json.loads(str(last.body if isinstance(last.body, str) else (last.body or b"").decode()))["reason"] == "agreed"
    )
    approval = head(asking, identity).approval
    assert approval is not None
    assert approval.by.name == "Ava Approver"


def test_without_a_terminal_the_digest_says_which_plan_was_seen(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    approve = ("approve", identity, "--reason", "agreed")
    assert desk.type(*approve, who="approver") == 2
    assert "--confirm" in desk.err
    assert desk.type(*approve, "--yes", who="approver") == 2
    assert desk.type(*approve, "--yes", "--digest", "0" * 64, who="approver") == 6
    assert digest(asking, identity) in desk.err
    assert {method for method, _ in desk.sent} == {"GET"}
    assert desk.type(*approve, "--yes", "--digest", digest(asking, identity), "--json", who="approver") == 0
    assert json.loads(desk.out)["status"] == "planning"
    assert "plan digest" in desk.err


def test_what_has_changed_since_it_was_seen_is_not_approved(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    mine = digest(asking, identity)

    class Slow(Terminal):
        """Thinks for two days."""

        def isatty(self) -> bool:
            asking.run(for_at_most=timedelta(days=2))
            return True

    slow = Slow(f"{domain(asking, identity)}\n")
    assert desk.type("approve", identity, "--reason", "x", "--digest", mine, who="approver", ask=slow) == 6
    assert "refused: " in desk.err
    assert "If-Match" in desk.err
    assert head(asking, identity).approval is None


def test_a_plan_is_rejected(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("reject", identity, "--reason", "too early", who="approver") == 0
    assert head(asking, identity).status is Status.STOPPED
    assert desk.type("reject", identity, "--reason", "too early", who="approver") == 1


def test_without_a_plan_nothing_is_decided(asking: World, desk: Desk) -> None:
    identity = create(asking).json["offboardingId"]
    assert desk.type("reject", identity, "--reason", "x", who="approver") == 1
    assert "has no plan yet" in desk.err
    assert {method for method, _ in desk.sent} == {"GET"}


def test_one_is_called_off_and_one_resumed(world: World, desk: Desk) -> None:
    identity = create(world).json["offboardingId"]
    mark_for_attention(wake_up(world, identity, Stage.PLAN), Reason(ReasonCode.DEAD_LETTERED, "x"), world.services)
    assert desk.type("resume", identity, "--reason", "case 123") == 0
    assert "status       planning" in desk.out
    assert desk.wire.seen[-1].headers["If-Match"]
    assert desk.type("resume", identity, "--reason", "case 123") == 1
    assert "refused: " in desk.err
    assert "Nothing was changed." in desk.err
    assert "What to do: " in desk.err
    assert desk.type("withdraw", identity, "--reason", "they stay") == 0
    assert head(world, identity).status is Status.WITHDRAWN


def test_the_kill_switch_is_shown_held_and_released(world: World, desk: Desk) -> None:
    assert desk.type("brake", who="key") == 0
    assert "kill switch  released" in desk.out
    assert desk.type("brake", "hold") == 2
    assert desk.type("brake", "hold", "--reason", "wrong list") == 0
    assert "held: nothing is written" in desk.out
    assert world.services.brakes.read().brake.why == "wrong list"
    assert desk.type("brake", "release", "--reason", "corrected", "--json") == 0
    assert json.loads(desk.out)["held"] is False
    assert not world.services.brakes.read().brake.held
    assert desk.type("brake", "off") == 2


def test_what_was_given_up_is_redriven(world: World, desk: Desk) -> None:
    create(world)
    assert desk.type("redrive", "--reason", "fixed", "--queue", "offboarding-verify", "--max", "5") == 0
    assert desk.out.splitlines()[1].split() == ["offboarding-verify", "0", "0", "0"]
    assert desk.type("redrive", "--reason", "fixed", "--queue", "none") == 1
    assert "queue" in desk.err
    assert desk.type("redrive", "--reason", "fixed", "--max", "501") == 2


def test_a_refusal_says_cause_consequence_and_what_to_do(world: World, desk: Desk) -> None:
    assert desk.type("brake", "release", "--reason", "x", who="reader") == 4
    assert desk.out == ""
    cause, consequence, action = desk.err.splitlines()
    assert "releasing the kill switch needs the role Offboarding.Operate" in cause
    assert consequence == "Nothing was changed."
    assert action.startswith("What to do: Have it done by somebody with the role")
    assert desk.type("show", "../../brake", "--json") == 5
    assert json.loads(desk.out)["code"] == "not_found"
    assert desk.sent[-1] == ("GET", "/api/offboardings/..%2F..%2Fbrake")
    assert desk.type("show", "none", who="nobody") == 4
    assert "nobody is signed in" in desk.err


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"OFFBOARDING_TOKEN": ""}, "nobody is named"),
        ({"OFFBOARDING_URL": ""}, "no address"),
        ({"OFFBOARDING_URL": "http://example.org"}, "https"),
        ({"OFFBOARDING_URL": "https://user:secret@example.org"}, "base address"),  # pragma: allowlist secret
        ({"OFFBOARDING_TOKEN": "two words-s3cret"}, "no single word"),
        ({"OFFBOARDING_TOKEN": "line\nbreak-s3cret"}, "no single word"),
        ({"OFFBOARDING_TOKEN": "", "OFFBOARDING_KEY": "ä-s3cret"}, "no single word"),
    ],
)
def test_what_is_missing_or_unsafe_is_said_and_no_secret(desk: Desk, environment: dict[str, str], words: str) -> None:
    assert desk.type("show", "x", more=environment) == 2
    assert words in desk.err
    assert "s3cret" not in desk.err
    assert "user:secret" not in desk.err  # pragma: allowlist secret
    assert desk.sent == []


class Broken(Wire):
    """Something else answers, or nothing."""

    def __init__(self, answer: Exception | tuple[int, bytes]) -> None:
        super().__init__({})
        self._answer = answer

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        if isinstance(self._answer, Exception):
            raise self._answer
        response = requests.Response()
        response.status_code, response._content = self._answer
        response.headers["Location"] = "https://elsewhere.example/"
        response.url, response.request = str(request.url), request
        return response


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (requests.ConnectionError("refused, token s3cret"), 3, "cannot be reached"),
        (requests.ReadTimeout("s3cret"), 3, "did not answer"),
        ((200, b"<html>hello</html>"), 3, "is no JSON"),
        ((302, b""), 3, "leads elsewhere"),
        ((503, b'{"detail": "the store is down"}'), 3, "not now (503): the store is down"),
        ((502, b"<html>"), 3, "not now (502)"),
        ((401, b""), 4, "nobody is signed in"),
        ((404, b""), 5, "Check the id, and --url"),
        ((500, b'{"detail": "x"}'), 1, "It is not known how far it got."),
        ((422, b'{"detail": "a", "errors": [{"field": "b", "rule": "c"}]}'), 1, "a; b: c"),
        ((400, b"[]"), 1, "400 without a reason"),
    ],
)
def test_who_cannot_be_reached_and_what_is_no_pipeline(
    capsys: pytest.CaptureFixture[str], answer: Exception | tuple[int, bytes], code: int, words: str
) -> None:
    desk = Desk(capsys, Broken(answer))
    assert desk.type("show", "x") == code
    assert words in desk.err
    assert "s3cret" not in desk.err
    assert "Traceback" not in desk.err


def test_after_a_change_without_an_answer_it_is_said_that_it_may_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(capsys, Broken(requests.ReadTimeout()))
    assert desk.type("redrive", "--reason", "x") == 3
    assert "it may have been done" in desk.err


def test_a_next_page_elsewhere_is_not_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(capsys, Broken((200, b'{"items": [], "next": "https://evil.example/?x"}')))
    assert desk.type("list", "--all") == 3


def test_ctrl_c_is_an_ending(capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(capsys)
    desk.wire.send = lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt())  # type: ignore[method-assign]
    assert desk.type("show", "x") == 130


def test_names_of_others_do_nothing_to_a_terminal_and_colour_is_for_one_alone() -> None:
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        terminal = Terminal()
        out = Shown(terminal, environment)
        out.fields([("status", "removed"), ("customer", "\x1b[2J\x9bevil\nline")])
        out.table(("A", "STATUS"), [("\x1b]0;x\x07", "needs_attention")])
        text = terminal.getvalue()
        assert ("\x1b[32m" in text, "\x1b[33m" in text) == (coloured, coloured)
        assert "\x1b[2J" not in text
        assert "\x9b" not in text
        assert "\x1b]0" not in text
    plain = io.StringIO()
    Shown(plain, {}).fields([("status", "removed")])
    assert plain.getvalue() == "status  removed\n"


def test_the_command_knows_its_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert offboard(["aprove"]) == 2
    assert "Did you mean 'approve'?" in capsys.readouterr().err
    assert offboard(["approve", "--help"]) == 0
    assert 'offboard approve ID --reason "agreed with sales"' in capsys.readouterr().out
    assert offboard([]) == 0
    assert "verify-evidence" in capsys.readouterr().out


@pytest.mark.parametrize("identity", ["", " ", ".", ".."])
@pytest.mark.parametrize("command", ["show", "evidence", "report", "withdraw", "resume", "approve", "reject"])
def test_an_id_that_would_lead_to_another_address_is_not_sent(desk: Desk, command: str, identity: str) -> None:
    """An empty variable of a script must not show the list as if it were one offboarding."""
    reason = () if command in ("show", "evidence", "report") else ("--reason", "x")
    assert desk.type(command, identity, *reason) == 2
    assert "is no id of an offboarding" in desk.err
    assert desk.sent == []
    assert desk.out == ""


def test_a_name_that_a_stream_cannot_spell_is_shown_as_far_as_it_can() -> None:
    kept = io.BytesIO()
    stream = io.TextIOWrapper(kept, encoding="cp1252", newline="\n")
    out = Shown(stream, {})
    out.line("Łódź")
    out.fields([("customer", "Łódź")])
    out.table(("CUSTOMER",), [("Łódź",)])
    stream.flush()
    found = "\\u0141ód\\u017a"
    assert kept.getvalue().decode("cp1252").splitlines() == [found, f"customer  {found}", "CUSTOMER", found]


def test_an_offboarding_is_found_by_the_id_of_its_request(desk: Desk, asking: World) -> None:
    identity = planned(asking)
    [head] = asking.all()
    request_id = head.request.request_id
    assert desk.type("show", request_id, "--json") == 0
    assert json.loads(desk.out)["offboardingId"] == identity
    assert desk.type("report", request_id, "--csv") == 0
    assert desk.type("withdraw", request_id, "--reason", "the customer stays") == 0
    assert desk.sent[-1] == ("POST", f"/api/offboardings/{identity}/withdraw")
    assert asking.all()[0].status is Status.WITHDRAWN


@pytest.mark.parametrize("typed", ["nobody-has-this", "no id at all!"])
def test_an_id_of_neither_is_refused_as_before(desk: Desk, world: World, typed: str) -> None:
    assert desk.type("show", typed) == 5
    assert f"there is no offboarding {typed}" in desk.err


def test_a_list_is_searched_and_sorted(desk: Desk, world: World) -> None:
    found = create(world).json
    identity, text = found["offboardingId"], found["requestId"].upper()
    assert desk.type("list", "--text", text, "--sort=-updated", "--updated-since", "2020-01-01T00:00:00Z") == 0
    assert identity in desk.out
    assert desk.type("list", "--requested-by", "nobody", "--due-before", "2999-01-01T00:00:00Z") == 0
    assert identity not in desk.out
    assert desk.type("list", "--sort", "colour") == 1
    assert "must be one of created, -created, " in desk.err
