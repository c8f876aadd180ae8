"""The command: what it prints, and its exit codes."""

import shutil
from pathlib import Path

import pytest

from tools.bicep_check.__main__ import main
from tools.bicep_check.tests.support import AZMCP, INFRA, NO_AZMCP


def test_nothing_found(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(INFRA)]) == 0
    shown = capsys.readouterr().out
    assert " files, 0 findings; " in shown
    assert " resource types not checked: no --azmcp" in shown


@pytest.mark.skipif(AZMCP is None, reason=NO_AZMCP)
def test_nothing_found_with_azmcp(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--azmcp", AZMCP or "", str(INFRA)]) == 0
    assert " resource types checked property by property" in capsys.readouterr().out


def test_findings_fail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = Path(shutil.copytree(INFRA, tmp_path / "infra"))
    (copy / "extra.bicep").write_text("param unused string\n", encoding="utf-8")
    assert main([str(copy)]) == 1
    assert f"{copy}/extra.bicep:1:7: unused: 'unused' is never used\n" in capsys.readouterr().out


def test_a_check_that_cannot_be_carried_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert main(["--azmcp", str(tmp_path / "azmcp"), str(INFRA)]) == 2
    shown = capsys.readouterr().err
    assert "no Bicep files in" in shown
    assert "azmcp cannot be started" in shown
