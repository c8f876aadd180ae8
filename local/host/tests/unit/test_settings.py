"""local.settings.json, references and connections."""

import json
from pathlib import Path

import pytest

from local.host.errors import UsageError
from local.host.settings import SettingError, apply_local_settings, lookup, resolve_references, service_bus_connection
from local.host.tests.unit.apps import CONNECTION


def _file(folder: Path, content: object) -> Path:
    path = folder / "local.settings.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_values_become_settings_and_what_is_set_already_wins(tmp_path: Path) -> None:
    environ = {"Old": "kept"}
    path = _file(tmp_path, {"IsEncrypted": False, "Values": {"Old": "lost", "New": "taken"}, "Host": {"CORS": "*"}})
    assert apply_local_settings(path, environ) == ["New"]
    assert environ == {"Old": "kept", "New": "taken"}


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "is not JSON"),
        ([], "must be an object"),
        ({"IsEncrypted": True, "Values": {}}, "IsEncrypted"),
        ({"Values": []}, "Values"),
        ({"Values": {"Port": 7071}}, '"Values"."Port" must be text'),
    ],
)
def test_a_bad_file_is_named_with_its_fault(tmp_path: Path, content: object, part: str) -> None:
    path = _file(tmp_path, content)
    with pytest.raises(UsageError, match=part) as caught:
        apply_local_settings(path, {})
    assert str(path) in str(caught.value)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        apply_local_settings(tmp_path / "none.json", {})


@pytest.mark.parametrize("name", ["A__b", "a__B", "A:b", "a:B"])
def test_names_are_matched_as_net_configuration_matches_them(name: str) -> None:
    assert lookup({"A__b": "x"}, name) == "x"


def test_references_are_replaced() -> None:
    assert resolve_references("%Queue%/$DeadLetterQueue", {"Queue": "orders"}) == "orders/$DeadLetterQueue"


@pytest.mark.parametrize("settings", [{}, {"Queue": ""}])
def test_a_reference_without_value_is_an_error(settings: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="'Queue'"):
        resolve_references("%Queue%", settings)


@pytest.mark.parametrize("key", ["Bus", "AzureWebJobsBus", "ConnectionStrings__Bus"])
def test_a_connection_is_found_where_the_host_looks(key: str) -> None:
    assert service_bus_connection("Bus", {key: CONNECTION}) == CONNECTION


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({}, "is not set"),
        ({"Bus__fullyQualifiedNamespace": "x.servicebus.windows.net"}, "identity-based"),
        ({"Bus": "nonsense"}, "is not a Service Bus connection string"),
        ({"Bus": CONNECTION.replace("127.0.0.1:5672", "real.servicebus.windows.net")}, "127.0.0.1 or localhost only"),
    ],
)
def test_a_connection_that_cannot_be_used_is_refused(settings: dict[str, str], part: str) -> None:
    with pytest.raises(SettingError, match=part) as caught:
        service_bus_connection("Bus", settings)
    assert "a2V5" not in str(caught.value)
