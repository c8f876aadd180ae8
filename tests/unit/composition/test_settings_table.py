"""No setting is read without a row, no row is without a reader, and what the rows say is so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.simulator.certificates import Certificate
from shared.composition.settings import read_settings
from shared.composition.settings.pace_table import FIXED, SETTABLE
from shared.composition.settings.reader import Reader
from shared.composition.settings.table import ALWAYS, SCHEDULES, SECTIONS, SETTINGS, Setting
from shared.domain.errors import SettingsError
from shared.domain.pace import Pace
from tests.unit.test_settings import GOOD as ONE_MACHINE
from tests.unit.test_settings_notices import NOTIFY

ROOT = Path(__file__).resolve().parents[3]
GOOD = {**ONE_MACHINE, "ServiceBus": "x"}
IN_AZURE = {
    "OFFBOARDING_PARTNER_TENANT_ID": GOOD["OFFBOARDING_PARTNER_TENANT_ID"],
    "OFFBOARDING_CLIENT_ID": GOOD["OFFBOARDING_CLIENT_ID"],
    "OFFBOARDING_SWEEP_SCHEDULE": GOOD["OFFBOARDING_SWEEP_SCHEDULE"],
    "OFFBOARDING_RENEWAL_SCHEDULE": GOOD["OFFBOARDING_RENEWAL_SCHEDULE"],
    "OFFBOARDING_KEY_VAULT_URL": "https://kv.vault.azure.net",
    "OFFBOARDING_STORE": "table",
    "OFFBOARDING_TABLE_ENDPOINT": "https://account.table.core.windows.net",
    "ServiceBus__fullyQualifiedNamespace": "n.servicebus.windows.net",
}
"""A valid one with a client credential."""
ROWS = list(SETTINGS.values())
DEFAULTS = [row for row in ROWS if row.default]


class Recorded(dict[str, str]):
    """An environment that remembers what was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> list[Recorded]:
    """Environments that are accepted and that together take every way of reading."""
    pem, file = Certificate.make("client").pem, tmp_path_factory.mktemp("sign_in") / "client.pem"
    file.write_text(pem, encoding="ascii")
    certificate = {**IN_AZURE, "OFFBOARDING_CLIENT_AUTH": "certificate"}
    without_endpoint = {name: value for name, value in IN_AZURE.items() if name != "OFFBOARDING_TABLE_ENDPOINT"}
    return [
        Recorded(values)
        for values in (
            GOOD,
            {**certificate, "OFFBOARDING_CLIENT_CERTIFICATE": pem},
            {**certificate, "OFFBOARDING_CLIENT_CERTIFICATE_FILE": str(file)},
            {**IN_AZURE, "OFFBOARDING_CLIENT_AUTH": "federated"},
            {**GOOD, **NOTIFY, "OFFBOARDING_NOTIFY_RULES": "a: all to teams; b: all to webhook; c: all to email"},
            {**GOOD, "OFFBOARDING_TELEMETRY": "file", "OFFBOARDING_TELEMETRY_FILE": "told.jsonl"},
            {**GOOD, "OFFBOARDING_TELEMETRY": "azure_monitor", "APPLICATIONINSIGHTS_CONNECTION_STRING": "x"},
            {**without_endpoint, "OFFBOARDING_CLIENT_AUTH": "federated", "OFFBOARDING_TABLE_CONNECTION": "x"},
        )
    ]


def test_every_row_is_read_and_everything_that_is_read_is_a_row(valid: list[Recorded]) -> None:
    for values in valid:
        read_settings(values)
    assert set.union(*(values.asked for values in valid)) == set(SETTINGS)


def test_no_row_is_there_twice() -> None:
    assert sum(len(section.rows) for section in SECTIONS) == len(SETTINGS)


def test_a_setting_without_a_row_cannot_be_read() -> None:
    with pytest.raises(AssertionError, match="OFFBOARDING_SECRET_KNOB is not in the table"):
        Reader({"OFFBOARDING_SECRET_KNOB": "true"}).flag("OFFBOARDING_SECRET_KNOB", default=False)


@pytest.mark.parametrize("row", DEFAULTS, ids=lambda row: row.name)
def test_the_default_is_what_an_absent_setting_means(row: Setting) -> None:
    assert row.name not in GOOD
    assert read_settings({**GOOD, row.name: row.default}) == read_settings(GOOD)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_is_required_is_required(row: Setting, valid: list[Recorded]) -> None:
    if row.required != ALWAYS:
        assert any(row.name not in values for values in valid)
        return
    for values in valid:
        with pytest.raises(SettingsError, match=f"{row.name} is required"):
            read_settings({**values, row.name: " "})


def test_an_empty_environment_is_told_everything_that_the_page_calls_required() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({})
    missing = {
        problem.split()[0] for problem in str(caught.value).split(": ", 1)[1].split("; ") if "required" in problem
    }
    assert {row.name for row in ROWS if row.required == ALWAYS} <= missing
    assert missing <= {row.name for row in ROWS if row.required}


def test_a_setting_is_required_or_has_a_default_or_neither() -> None:
    assert [row.name for row in ROWS if row.required and row.default] == []


def test_the_schedules_are_those_of_the_timers() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "functions").glob("*.py")))
    assert {row.name for row in SCHEDULES.rows} == set(re.findall(r"%(\w+)%", source))


def test_every_value_of_the_pace_has_a_setting_or_a_reason() -> None:
    assert {*SETTABLE, *FIXED} == {field.name for field in fields(Pace)}
    assert not set(SETTABLE) & set(FIXED)


@pytest.mark.parametrize("name", SETTABLE)
def test_a_setting_of_the_pace_changes_its_value_and_no_other(name: str) -> None:
    seconds = getattr(Pace(), name).total_seconds() + 1
    changed = read_settings({**GOOD, SETTABLE[name]: str(seconds)}).pace
    different = {field.name for field in fields(Pace) if getattr(changed, field.name) != getattr(Pace(), field.name)}
    assert different == {name}
    assert getattr(changed, name) == timedelta(seconds=seconds)
