"""What the check expects of each function, and what it says where that is not met."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from tools.worker_check.app import INVOCATIONS, settings
from tools.worker_check.invocation import Answer, Ends, Invocation, Message, Request, Tick, mistake

MESSAGE = Invocation("take", Message("m", b""))
FAILING = Invocation("renew", Tick(), Ends.WITH_AN_ERROR)
GET = Invocation("list", Request("GET", "/api/things", 200))


@pytest.mark.parametrize(
    ("invocation", "answer"),
    [(MESSAGE, Answer(None, None)), (FAILING, Answer("KeyError: 7", None)), (GET, Answer(None, 200))],
)
def test_as_expected(invocation: Invocation, answer: Answer) -> None:
    assert mistake(invocation, answer) is None


@pytest.mark.parametrize(
    ("invocation", "answer", "sentence"),
    [
        (MESSAGE, Answer("KeyError: 7", None), "take failed: KeyError: 7"),
        (GET, Answer("KeyError: 7", None), "list failed: KeyError: 7"),
        (GET, Answer(None, 404), "list answered 404 to GET, not 200"),
        (GET, Answer(None, None), "list answered None to GET, not 200"),
        (FAILING, Answer(None, None), "renew ended well, and should have failed so that somebody is told"),
    ],
)
def test_not_as_expected(invocation: Invocation, answer: Answer, sentence: str) -> None:
    assert mistake(invocation, answer) == sentence


def test_one_function_alone_is_expected_to_fail() -> None:
    assert [item.function for item in INVOCATIONS if item.ends is Ends.WITH_AN_ERROR] == ["renew_sign_in"]


def test_files_of_a_run_lie_in_its_scratch_folder(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert {name for name, value in given.items() if str(tmp_path) in value} == {
        "OFFBOARDING_SQLITE_FILE",
        "OFFBOARDING_REFRESH_TOKEN_FILE",
        "OFFBOARDING_SNAPSHOT_FOLDER",
    }


@pytest.mark.skipif(importlib.util.find_spec("azure_functions_runtime") is not None, reason="the worker is installed")
def test_without_the_worker_it_says_what_is_missing() -> None:
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-m", "tools.worker_check"]
    ran = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "has no azure_functions_runtime" in ran.stderr
