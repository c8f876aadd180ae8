"""Parameters come out as azd would give them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.parameters.__main__ import PARAMETERS, main
from tools.parameters.fill_in import NEEDED, ParametersError, filled_in, named_values, numbers_of

VALUES = {name: f"value of {name}" for name in NEEDED}


def parameters(text: str) -> dict[str, object]:
    found: dict[str, dict[str, object]] = json.loads(text)["parameters"]
    return {name: each["value"] for name, each in found.items()}


def test_a_value_a_default_and_nothing() -> None:
    text = json.dumps(
        {
            "parameters": {
                "a": {"value": "${AZURE_A}"},
                "b": {"value": "${AZURE_B=plan}"},
                "c": {"value": "${AZURE_C=plan}"},
                "d": {"value": "${AZURE_D}"},
                "e": {"value": {"deep": ["${AZURE_A}", 4, True]}},
            }
        }
    )
    assert parameters(filled_in(text, {"AZURE_A": 'a "quoted" one', "AZURE_B": "live", "AZURE_C": ""})) == {
        "a": 'a "quoted" one',
        "b": "live",
        "c": "plan",
        "d": "",
        "e": {"deep": ['a "quoted" one', 4, True]},
    }


def test_the_deployment_is_filled_in_whole() -> None:
    found = filled_in(PARAMETERS.read_text(encoding="utf-8"), VALUES)
    assert "${" not in found
    assert parameters(found)["mode"] == "plan"
    assert parameters(found)["location"] == "value of AZURE_LOCATION"


def test_numbers_are_numbers_and_texts_of_digits_stay_texts() -> None:
    """Azure refuses a text where the template declares a number, and azd is the one that would make it one."""
    text = PARAMETERS.read_text(encoding="utf-8")
    found = parameters(filled_in(text, {**VALUES, "OFFBOARDING_EVIDENCE_DAYS": "1"}, numbers_of(PARAMETERS.parent)))
    assert (found["evidenceDays"], found["maximumInstanceCount"], found["logDailyCapGb"]) == (1, 40, -1)
    assert found["graceSeconds"] == "3600"


def test_the_compiled_template_says_it_as_well(tmp_path: Path) -> None:
    declared = {"days": {"type": "int"}, "name": {"type": "string"}}
    (tmp_path / "main.json").write_text(json.dumps({"parameters": declared}), encoding="utf-8")
    assert numbers_of(tmp_path) == {"days"}


def test_a_number_that_is_none_and_a_template_that_is_missing_are_told(tmp_path: Path) -> None:
    text = json.dumps({"parameters": {"days": {"value": "${OFFBOARDING_DAYS=soon}"}}})
    with pytest.raises(ParametersError, match="days must be a whole number"):
        filled_in(text, {}, {"days"})
    with pytest.raises(ParametersError, match="no template"):
        numbers_of(tmp_path)


def test_each_that_is_needed_stands_in_the_file() -> None:
    assert set(NEEDED) <= set(re.findall(r"\$\{(\w+)", PARAMETERS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", NEEDED)
def test_what_has_no_default_must_be_there(name: str) -> None:
    with pytest.raises(ParametersError, match=name):
        filled_in(PARAMETERS.read_text(encoding="utf-8"), {**VALUES, name: ""})


def test_only_names_of_ours_are_taken() -> None:
    variables = json.dumps({"PATH": "/elsewhere", "OFFBOARDING_MODE": "live", "AZURE_LOCATION": "northeurope"})
    found = named_values({"VARIABLES": variables, "AZURE_LOCATION": "westeurope", "HOME": "/root"})
    assert found == {"OFFBOARDING_MODE": "live", "AZURE_LOCATION": "westeurope"}


@pytest.mark.parametrize("variables", ["[]", "no", '"text"'])
def test_variables_that_are_none(variables: str) -> None:
    with pytest.raises(ParametersError, match="VARIABLES"):
        named_values({"VARIABLES": variables})


def test_a_mistake_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in NEEDED:
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 2
    assert "OFFBOARDING_PARTNER_TENANT_ID" in capsys.readouterr().err
