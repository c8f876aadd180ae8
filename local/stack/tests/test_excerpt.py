"""What of a log is shown when a part of the stack dies."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from local.stack.child import Child
from local.stack.errors import StackError
from local.stack.excerpt import LINES, excerpt

TABLE = "host: functions of /app\n  sweep  timer  */1 * * * * * UTC\n  plan   service bus  queue offboarding-plan\n"
TRACE = "Traceback (most recent call last):\n  File\n"


@pytest.mark.parametrize(
    ("log", "shown"),
    [
        ("", []),
        ("one\ntwo\n", ["one", "two"]),
        ("again\nagain\n\nagain\n", ["again"]),
        (
            "2026-11-22T10:00:00.001Z ERROR broken\n2026-11-22T10:00:01.001Z ERROR broken\n",
            ["2026-11-22T10:00:00.001Z ERROR broken"],
        ),
        (f"{TABLE}host: the port is taken\n", ["host: the port is taken"]),
        (f"before\n{TABLE}{TRACE}{TRACE}", ["before", *TRACE.splitlines() * 2]),
    ],
)
def test_it_is_the_last_messages_once_and_without_the_table(log: str, shown: list[str]) -> None:
    assert excerpt(log) == shown


def test_it_is_short() -> None:
    assert excerpt("".join(f"line {number}\n" for number in range(100)))[0] == f"line {100 - LINES}"


@pytest.mark.parametrize(("mistake", "code"), [(None, 3), (5, 3), (7, 2)])
def test_last_words_are_of_this_run(mistake: int | None, code: int, tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    log.write_text("said by an earlier run\n", encoding="utf-8")
    program = "import sys; sys.stderr.write('said by this run\\n'); sys.exit(7)"
    child = Child("part", [sys.executable, "-c", program], log, tmp_path)
    with pytest.raises(StackError) as raised:
        child.ready(mistake)
    child.stop()
    assert raised.value.code == code
    assert str(raised.value) == f"part could not start (exit code 7).\n  said by this run\n  (whole log: {log})"
