""".funcignore: what is deployed is the application, and nothing of the development tools around it."""

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.infra.support import ROOT

PATTERNS = [
    line
    for raw in (ROOT / ".funcignore").read_text(encoding="utf-8").splitlines()
    if (line := raw.strip()) and not line.startswith("#")
]
DEPLOYED = {"LICENSE", "function_app.py", "functions", "host.json", "requirements.txt", "shared"}


def ignored(path: PurePosixPath) -> bool:
    """Apply the patterns as .gitignore does for names without a slash: to every part of the path."""
    return any(fnmatchcase(part, pattern) for part in path.parts for pattern in PATTERNS)


def test_patterns_are_plain_names() -> None:
    """Tools differ over slashes and negation in this file; plain names mean the same to all of them."""
    assert not [pattern for pattern in PATTERNS if "/" in pattern or pattern.startswith("!")]
    assert len(PATTERNS) == len(set(PATTERNS))


@pytest.mark.parametrize(
    "path",
    [
        "local/broker/__main__.py",
        "tests/unit/test_x.py",
        "tools/mutate/__main__.py",
        "offboard/__main__.py",
        "infra/main.bicep",
        "infra/servicebus.json",
        "docs/index.md",
        "dev.py",
        "azure.yaml",
        "pyproject.toml",
        "requirements-dev.txt",
        "requirements.in",
        "requirements-dev.in",
        "README.md",
        "CHANGELOG.md",
        "ARCHITECTURE.md",
        "local.settings.json",
        ".venv/lib/python3.13/site-packages/x.py",
        ".data/store.sqlite",
        ".git/HEAD",
        ".github/workflows/ci.yml",
        ".vscode/launch.json",
        ".editorconfig",
        ".pre-commit-config.yaml",
        "build/lib/shared/version.py",
        "csp_offboarding.egg-info/PKG-INFO",
        ".ci/checks",
        ".gitignore",
        ".env",
        ".azure/prod/.env",
        ".mypy_cache/x",
        ".pytest_cache/x",
        ".ruff_cache/x",
        ".hypothesis/x",
        ".schemathesis/x",
        "shared/domain/__pycache__/gate.cpython-313.pyc",
        "node_modules/azurite/package.json",
        "stack.json",
        "crm.sqlite3",
        "handled-events.txt",
        "both.pem",
        "secret.txt",
        "settings.json",
        "settings-prod.json",
        "evidence.jsonl",
        "offboardings.xlsx",
        "holdings.csv",
    ],
)
def test_stays_at_home(path: str) -> None:
    assert ignored(PurePosixPath(path))


@pytest.mark.parametrize(
    "path",
    [
        "host.json",
        "requirements.txt",
        "LICENSE",
        "function_app.py",
        "functions/http_api.py",
        "shared/domain/decisions/gate.py",
        "shared/report/page.html",
        "shared/report/sheet.css",
    ],
)
def test_is_deployed(path: str) -> None:
    assert not ignored(PurePosixPath(path))


def test_nothing_else_at_the_top_is_deployed() -> None:
    """A new file or folder has to be named: here, or in .funcignore."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no checkout of the repository")
    paths = [PurePosixPath(name) for name in listed.stdout.split("\0") if name]
    assert {path.parts[0] for path in paths if not ignored(path)} == DEPLOYED


@pytest.mark.parametrize("house", ["functions", "shared"])
def test_no_source_file_of_the_application_is_left_behind(house: str) -> None:
    sources = [Path(path).relative_to(ROOT) for path in (ROOT / house).rglob("*.py")]
    assert sources
    assert not [path for path in sources if ignored(PurePosixPath(path.as_posix()))]
