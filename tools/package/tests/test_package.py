"""The zip holds what is deployed and nothing else, and is the same for the same tree."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from tools.package.__main__ import ROOT, main
from tools.package.contents import PackageError, deployed, packed


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / ".funcignore").write_text("# a comment\n.funcignore\ntests\n*.md\n")
    for name in ("host.json", "README.md", "tests/test_x.py", "shared/b.py", "shared/a.py", "shared/tests/x.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    (tmp_path / "local.settings.json").write_text("secret")
    return tmp_path


def test_what_is_tracked_and_not_ignored_is_deployed(checkout: Path) -> None:
    assert deployed(checkout) == [PurePosixPath(name) for name in ("host.json", "shared/a.py", "shared/b.py")]


def test_the_same_tree_gives_the_same_bytes(checkout: Path) -> None:
    first = packed(checkout, deployed(checkout))
    for path in checkout.rglob("*.py"):
        os.utime(path, (1, 1))
    assert packed(checkout, deployed(checkout)) == first
    (checkout / "shared" / "a.py").write_text("other")
    assert packed(checkout, deployed(checkout)) != first


def test_the_zip_has_the_files(checkout: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(packed(checkout, deployed(checkout)))) as archive:
        assert archive.testzip() is None
        assert archive.read("shared/a.py") == b"shared/a.py"


def test_a_folder_without_a_history_is_refused(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(checkout / "nowhere"))
    with pytest.raises(PackageError, match="no checkout"):
        deployed(checkout)


def test_of_this_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("this is no checkout of the repository")
    assert main([str(tmp_path / "package.zip")]) == 0
    assert len(capsys.readouterr().out.split()[0]) == 64
    with zipfile.ZipFile(tmp_path / "package.zip") as archive:
        names = archive.namelist()
    assert {"host.json", "function_app.py", "requirements.txt", "shared/version.py"} <= set(names)
    assert {name.split("/")[0] for name in names} == {
        "LICENSE",
        "function_app.py",
        "functions",
        "host.json",
        "requirements.txt",
        "shared",
    }
