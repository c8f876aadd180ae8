"""What `dev.py` and the test runner answer without any set-up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import _missing_paths

ROOT = Path(__file__).resolve().parents[3]


def _run(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / script), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], ["--data DIR", "--scenario FILE", "--port-base N", "130 Ctrl-C"]),
        (["test", "--help"], ["--only-tests", "--all"]),
        (["schemas", "--help"], ["python3 dev.py schemas"]),
        (["setup", "-h"], ["python3 dev.py setup"]),
    ],
)
def test_help_is_help_alone(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    ended = _run(tmp_path, "dev.py", *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(word in ended.stdout for word in words)


@pytest.mark.parametrize("arguments", [["serve"], ["setup", "now"], ["schemas", "now"]])
def test_a_mistake_is_one_message(arguments: list[str], tmp_path: Path) -> None:
    ended = _run(tmp_path, "dev.py", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert arguments[-1] in ended.stderr
    assert "Traceback" not in ended.stderr


def test_unknown_paths_are_named_at_once(tmp_path: Path) -> None:
    ended = _run(tmp_path, "tests/run.py", "tests/unit", "tests/no/such.py::test_it")
    assert ended.returncode == 2
    assert ended.stderr.endswith(": tests/no/such.py::test_it\n")


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        ([], []),
        (["tests/unit", "-k", "permit", "-x"], []),
        (["-x", "nowhere"], ["nowhere"]),
        (["nowhere", "--all"], ["nowhere"]),
        (["--maxfail", "1", "--durations=5"], []),
        (["--durations=5", "nowhere"], ["nowhere"]),
    ],
)
def test_values_of_options_are_no_paths(arguments: list[str], missing: list[str]) -> None:
    assert _missing_paths(arguments) == missing
