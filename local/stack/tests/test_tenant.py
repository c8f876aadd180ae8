"""A data folder remembers its scenario."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from local.stack.errors import StackError
from local.stack.folder import DataFolder
from local.stack.tenant import DEFAULT_SCENARIO, choose_tenant, remember

CONTENT = {"customers": [{"name": "Contoso"}], "partner": {"signIn": {"refreshToken": "not-a-real-one"}}}


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    """An empty one."""
    return DataFolder(tmp_path / "data")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A file of the user."""
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(CONTENT), encoding="utf-8")
    return file


def test_a_new_folder_takes_what_is_given_or_the_default(folder: DataFolder, scenario: Path) -> None:
    assert choose_tenant(folder, scenario).file == scenario
    chosen = choose_tenant(folder, None)
    assert (chosen.file, chosen.goes_on) == (DEFAULT_SCENARIO, False)


def test_a_started_folder_keeps_its_own(folder: DataFolder, scenario: Path) -> None:
    remember(folder, choose_tenant(folder, scenario))
    chosen = choose_tenant(folder, None)
    assert chosen.goes_on
    chosen.keep_token(folder.path)
    stored = Path(chosen.sign_in(folder.path)["OFFBOARDING_REFRESH_TOKEN_FILE"])
    assert json.loads(stored.read_text(encoding="utf-8"))["refreshToken"] == "not-a-real-one"
    assert [customer.name for customer in chosen.scenario.customers] == ["Contoso"]


def test_the_same_scenario_may_be_given_again_in_another_layout(folder: DataFolder, scenario: Path) -> None:
    remember(folder, choose_tenant(folder, scenario))
    scenario.write_text(json.dumps(CONTENT, indent=4), encoding="utf-8")
    assert choose_tenant(folder, scenario).goes_on


def test_another_scenario_is_refused(folder: DataFolder, scenario: Path) -> None:
    remember(folder, choose_tenant(folder, scenario))
    with pytest.raises(StackError, match="was started with another scenario") as raised:
        choose_tenant(folder, DEFAULT_SCENARIO)
    assert raised.value.code == 2
    assert "--data" in str(raised.value)


@pytest.mark.parametrize("given", ["missing.json", "."])
def test_what_is_not_a_file_is_refused(given: str, folder: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(StackError, match="is not a file"):
        choose_tenant(folder, tmp_path / given)
