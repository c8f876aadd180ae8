"""What `dev.py` and the test runner answer without any set-up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import APPLICATION, TOOLS, missing_paths, places_of

ROOT = Path(__file__).resolve().parents[2]


def _run(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / script), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.long
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--help"], ["--data DIR", "--scenario FILE", "--port-base N", "130 Ctrl-C"]),
        (["test", "--help"], ["--only-tests", "--all", "--tool", "--coverage"]),
        (["schemas", "--help"], ["python3 dev.py schemas"]),
        (["setup", "-h"], ["python3 dev.py setup"]),
        (["lock", "--help"], ["python3 dev.py lock [--upgrade]"]),
    ],
)
def test_help_is_help_alone(arguments: list[str], words: list[str], tmp_path: Path) -> None:
    ended = _run(tmp_path, "dev.py", *arguments)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(word in ended.stdout for word in words)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("mutate", ["--path shared/domain/decisions/gate.py", "For every option of mutate", "dev.py setup first"]),
        ("offboard", ["offboard doctor [--settings FILE]", "For every option of offboard"]),
        ("up", ["--data DIR", "For every option of up, run python3 dev.py setup first."]),
    ],
)
def test_help_installs_nothing_in_a_fresh_clone(command: str, words: list[str], tmp_path: Path) -> None:
    for name in ("dev.py", "tools/mutate/__main__.py", "offboard/__main__.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).touch()
    script = [sys.executable, str(tmp_path / "dev.py"), command, "--help"]
    ended = subprocess.run(script, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert all(word in ended.stdout for word in words)
    assert not (tmp_path / ".venv").exists()


@pytest.mark.long
@pytest.mark.parametrize("path", ["shared/domain/nothing.py", "README.md", "/shared/domain"])
def test_a_path_to_mutate_that_is_not_there_is_one_sentence(path: str) -> None:
    script = [sys.executable, "-m", "tools.mutate", "--path", path, "--list"]
    ended = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"mutate: no Python source of this checkout: {path}\n"


@pytest.mark.parametrize("arguments", [["serve"], ["setup", "now"], ["schemas", "now"], ["lock", "--upgrade", "now"]])
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
        (["nowhere", "-x"], ["nowhere"]),
        (["--maxfail", "1", "--durations=5"], []),
        (["--durations=5", "nowhere"], ["nowhere"]),
    ],
)
def test_values_of_options_are_no_paths(arguments: list[str], missing: list[str]) -> None:
    assert missing_paths(arguments) == missing


@pytest.mark.parametrize(
    ("tools", "everything", "among", "not_among"),
    [
        ([], False, APPLICATION, ("local/broker", "tests/e2e")),
        ([], True, (*APPLICATION, "local/broker", "local/host", "tests/e2e"), ()),
        (["host"], False, ("local/host",), (*APPLICATION, "local/broker")),
        (["broker", "stack"], True, ("local/broker", "local/stack", "local/demo", "tests/e2e"), APPLICATION),
    ],
)
def test_what_is_tested(tools: list[str], everything: bool, among: tuple[str, ...], not_among: tuple[str, ...]) -> None:
    found = {*places_of(tools, everything=everything)}
    assert found >= {*among}
    assert not found & {*not_among}


def test_no_folder_of_tests_is_forgotten() -> None:
    """What has tests is run by some choice."""
    every = {
        ROOT / place for places in (APPLICATION, *TOOLS.values()) for found in places for place in ROOT.glob(found)
    }
    for test in [*(ROOT / "tests").rglob("test_*.py"), *(ROOT / "local").rglob("test_*.py")]:
        assert {*test.parents} & every, test
