"""Who may call what."""

import json
from pathlib import Path

import pytest

from local.host.bindings import AuthLevel
from local.host.errors import UsageError
from local.host.web.keys import Keys, load_keys

_KEYS = Keys("m", ("h",), {"one": ("f",)})


@pytest.mark.parametrize(
    ("level", "function", "key", "admitted"),
    [
        (AuthLevel.ANONYMOUS, "One", None, True),
        (AuthLevel.FUNCTION, "One", None, False),
        (AuthLevel.FUNCTION, "One", "", False),
        (AuthLevel.FUNCTION, "One", "wrong", False),
        (AuthLevel.FUNCTION, "One", "f", True),
        (AuthLevel.FUNCTION, "Two", "f", False),
        (AuthLevel.FUNCTION, "Two", "h", True),
        (AuthLevel.FUNCTION, "Two", "m", True),
        (AuthLevel.ADMIN, "One", "f", False),
        (AuthLevel.ADMIN, "One", "h", False),
        (AuthLevel.ADMIN, "One", "m", True),
        (AuthLevel.ADMIN, "One", None, False),
    ],
)
def test_levels(level: AuthLevel, function: str, key: str | None, admitted: bool) -> None:
    assert _KEYS.admits(level, function, key) is admitted


def test_without_keys_nobody_passes_a_level() -> None:
    assert not Keys().admits(AuthLevel.FUNCTION, "One", "any")
    assert not Keys().is_master("any")
    assert not Keys().is_master("")


def test_a_keys_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"masterKey": "m", "functionKeys": {"default": "h"}, "functions": {"One": {"d": "f"}}}))
    keys = load_keys(path)
    assert keys == _KEYS
    assert "m'" not in repr(keys)


@pytest.mark.parametrize(
    "content", ['{"masterKey": ""}', '{"masterkey": "x"}', "[]", "{", '{"functionKeys": {"a": 1}}']
)
def test_a_bad_keys_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"keys\.json"):
        load_keys(path)


def test_a_missing_keys_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load_keys(tmp_path / "none.json")
