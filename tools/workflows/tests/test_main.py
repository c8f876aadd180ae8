"""The command: what it prints, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.workflows.__main__ import main
from tools.workflows.official import NotFoundHereError, judge

GOOD = "on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo one\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.yml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_a_folder_without_workflows_is_a_mistake(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2


def test_what_is_no_yaml_is_a_mistake(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.yml").write_text("on: [", encoding="utf-8")
    assert main([str(folder)]) == 2
    assert capsys.readouterr().err.startswith("tools.workflows: ")


def test_findings_fail_the_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        judge({})
    except NotFoundHereError as error:
        pytest.skip(str(error))
    assert main([str(folder)]) == 0
    (folder / "bad.yml").write_text(GOOD.replace("runs-on", "needs: two\n    runs-on"), encoding="utf-8")
    assert main([str(folder)]) == 1
    assert "bad.yml: line 4: Value 'two' is not valid" in capsys.readouterr().out


def test_without_githubs_package_the_shell_is_checked_all_the_same(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OFFBOARDING_ACTIONS", str(folder))
    (folder / "good.yml").write_text(GOOD.replace("echo one", "echo $one"), encoding="utf-8")
    assert main([str(folder)]) == 3
    assert "good.yml: one, step 1, line 1: SC2154" in capsys.readouterr().out
