"""The command: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.kql.__main__ import main
from tools.kql.official import NotFoundHereError, judge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {"Type": "AppTraces", "TimeGenerated": "2026-05-04T12:00:00+00:00", "Message": "new"},
        {"Type": "AppTraces", "TimeGenerated": "2026-05-04T10:00:00+00:00", "Message": "old"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    query = "AppTraces | where TimeGenerated > ago(1h) | project Message"
    (tmp_path / "q.kql").write_text(query, encoding="utf-8")
    return tmp_path


def test_a_query_is_carried_out_as_of_the_newest_row(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(folder / "q.kql"), str(folder / "rows.jsonl")]) == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"Message": "new"}]


def test_now_can_be_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(folder / "q.kql"), str(folder / "rows.jsonl"), "--now", "2026-05-04T10:30:00"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize("line", ["{", "[]", '{"Type": "Nothing"}'])
def test_rows_that_cannot_be_read_are_a_mistake(folder: Path, line: str, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "rows.jsonl").write_text(line, encoding="utf-8")
    assert main(["run", str(folder / "q.kql"), str(folder / "rows.jsonl")]) == 2
    assert capsys.readouterr().err.startswith("tools.kql: ")


def test_a_folder_without_queries_is_a_mistake(tmp_path: Path) -> None:
    assert main(["check", str(tmp_path)]) == 2


def test_findings_fail_the_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        judge({})
    except NotFoundHereError as error:
        pytest.skip(str(error))
    assert main(["check", str(folder)]) == 0
    (folder / "bad.kql").write_text("AppTraces | where Mesage == 'x'", encoding="utf-8")
    assert main(["check", str(folder)]) == 1
    assert "bad.kql: Error, line 1: The name 'Mesage'" in capsys.readouterr().out
