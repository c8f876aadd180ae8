"""What lies in a data folder is its owner's alone, and whole."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from local.stack.databases import checkpoint
from local.stack.errors import StackError
from local.stack.folder import DataFolder
from local.stack.temporary import empty, empty_earlier

DIES = """
import os, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (n); INSERT INTO t VALUES (7);")
os._exit(9)
"""
pytestmark = pytest.mark.skipif(os.name == "nt", reason="rights are those of the folder there")


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    """Its rights."""
    return path.stat().st_mode & 0o777


def test_a_new_folder_and_what_is_made_in_it_are_private(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "data")
    folder.function_key()
    assert mode(folder.path) == mode(folder.part("logs")) == 0o700
    assert mode(folder.path / "function-key") == 0o600


def test_what_was_readable_is_tightened_and_links_are_not_followed(tmp_path: Path) -> None:
    data, outside = tmp_path / "data", tmp_path / "outside"
    for file in (data / "scenario.json", data / "lock", data / "broker" / "broker.sqlite3-wal", outside):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("{}", encoding="utf-8")
    (data / "logs").mkdir()
    (data / "logs" / "link").symlink_to(outside)
    DataFolder(data)
    assert [mode(data), mode(data / "broker"), mode(data / "logs")] == [0o700] * 3
    assert [mode(data / "scenario.json"), mode(data / "broker" / "broker.sqlite3-wal")] == [0o600] * 2
    assert mode(outside) == 0o644


def test_a_folder_with_somebody_elses_files_keeps_its_rights(tmp_path: Path) -> None:
    other = tmp_path / "shared.txt"
    other.write_text("for all", encoding="utf-8")
    tmp_path.chmod(0o755)
    folder = DataFolder(tmp_path)
    assert (mode(tmp_path), mode(other), mode(folder.part("broker"))) == (0o755, 0o644, 0o700)


def test_a_killed_process_leaves_a_log_and_the_end_of_the_run_moves_it_into_the_database(tmp_path: Path) -> None:
    file = tmp_path / "broker" / "broker.sqlite3"
    file.parent.mkdir()
    subprocess.run([sys.executable, "-c", DIES, str(file)], check=False)
    log = file.with_name(f"{file.name}-wal")
    assert log.stat().st_size > 0
    (tmp_path / "broken.sqlite").write_text("no database at all, and long enough to be looked at", encoding="utf-8")
    problems = checkpoint(tmp_path)
    assert [problem.partition(" keeps")[0] for problem in problems] == [str(tmp_path / "broken.sqlite")]
    assert not log.exists()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT n FROM t").fetchall() == [(7,)]


def test_of_a_demo_only_its_evidence_is_kept_and_one_in_use_is_left_alone(tmp_path: Path) -> None:
    for name in ("demo-1", "demo-2", "demo-3", "demo-4", "up"):
        DataFolder(tmp_path / name).function_key()
    for name in ("demo-1", "demo-4"):
        (tmp_path / name / "evidence").mkdir()
        (tmp_path / name / "evidence" / "proof.json").write_text("{}", encoding="utf-8")
    used = DataFolder(tmp_path / "demo-3")
    empty_earlier(tmp_path / "demo-4", "demo-")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["demo-1", "demo-3", "demo-4", "up"]
    assert [path.name for path in (tmp_path / "demo-1").iterdir()] == ["evidence"]
    assert (tmp_path / "demo-3" / "function-key").exists()
    assert (tmp_path / "demo-4" / "function-key").exists()
    empty(tmp_path / "demo-4")
    assert [path.name for path in (tmp_path / "demo-4").iterdir()] == ["evidence"]
    with pytest.raises(StackError, match="another stack"):
        DataFolder(used.path)
