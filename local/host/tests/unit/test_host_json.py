"""host.json with its overrides and warnings."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.host.errors import IndexingError
from local.host.host_json import HostJson, load_host_json


def _load(folder: Path, content: Any, settings: dict[str, str] | None = None) -> tuple[HostJson, list[str]]:
    (folder / "host.json").write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return load_host_json(folder, settings or {})


def test_defaults_are_azures(tmp_path: Path) -> None:
    options, warnings = _load(tmp_path, {"version": "2.0"})
    assert warnings == []
    assert options.function_timeout == timedelta(minutes=30)
    assert options.extensions.http.route_prefix == "api"
    service_bus = options.extensions.service_bus
    assert (service_bus.prefetch_count, service_bus.auto_complete_messages) == (0, True)
    assert service_bus.max_auto_lock_renewal_duration == timedelta(minutes=5)
    assert service_bus.max_concurrent_calls >= 16


def test_what_is_written_is_taken(tmp_path: Path) -> None:
    section = {"prefetchCount": 3, "maxConcurrentCalls": 8, "maxAutoLockRenewalDuration": "00:15:00"}
    content = {
        "version": "2.0",
        "functionTimeout": "-1",
        "extensions": {"serviceBus": section, "http": {"routePrefix": ""}},
    }
    options, warnings = _load(tmp_path, content)
    assert warnings == []
    assert options.function_timeout is None
    assert options.extensions.http.route_prefix == ""
    assert options.extensions.service_bus.max_concurrent_calls == 8
    assert options.extensions.service_bus.max_auto_lock_renewal_duration == timedelta(minutes=15)


def test_settings_override_without_regard_to_case(tmp_path: Path) -> None:
    options, _ = _load(
        tmp_path,
        {"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 8}}},
        {
            "AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls": "2",
            "AzureFunctionsJobHost__Extensions__ServiceBus__AutoCompleteMessages": "false",
            "azurefunctionsjobhost__functionTimeout": "00:00:07",
        },
    )
    assert options.extensions.service_bus.max_concurrent_calls == 2
    assert options.extensions.service_bus.auto_complete_messages is False
    assert options.function_timeout == timedelta(seconds=7)


def test_names_that_azure_ignores_are_told(tmp_path: Path) -> None:
    section = {"messageHandlerOptions": {}, "maxConcurentCalls": 3}
    _, warnings = _load(tmp_path, {"version": "2.0", "extnsions": {}, "extensions": {"serviceBus": section}})
    assert [word in text for word, text in zip(("extnsions", "4.x", "maxConcurentCalls"), warnings, strict=True)] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("{", "is not JSON"),
        ([], "must be a JSON object"),
        ({}, "version must be"),
        ({"version": "1.0"}, "version must be"),
        ({"version": "2.0", "functionTimeout": "10 minutes"}, "functiontimeout"),
        ({"version": "2.0", "functionTimeout": "00:00:00"}, "longer than zero"),
        ({"version": "2.0", "extensions": {"serviceBus": {"maxConcurrentCalls": 0}}}, "maxconcurrentcalls"),
        ({"version": "2.0", "extensions": {"serviceBus": {"prefetchCount": "many"}}}, "prefetchcount"),
    ],
)
def test_a_broken_rule_is_named(tmp_path: Path, content: object, part: str) -> None:
    with pytest.raises(IndexingError, match=part):
        _load(tmp_path, content)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexingError, match="is missing"):
        load_host_json(tmp_path, {})
