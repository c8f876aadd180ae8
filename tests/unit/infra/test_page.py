"""infra/README.md says which variables of the azd environment the deployment takes, and which parameters there are."""

from __future__ import annotations

import re

from tests.unit.infra.support import INFRA, bicep_code, load

PAGE = (INFRA / "README.md").read_text(encoding="utf-8")


def test_every_variable_of_the_azd_environment_is_on_the_page() -> None:
    taken = set(re.findall(r"\$\{(OFFBOARDING_\w+)", (INFRA / "main.parameters.json").read_text(encoding="utf-8")))
    assert len(taken) > 10
    assert [name for name in sorted(taken) if name not in PAGE] == []


def test_every_parameter_can_be_given_by_the_azd_environment_or_is_said_to_stand_in_the_file() -> None:
    declared = set(re.findall(r"^param (\w+) ", bicep_code(INFRA / "main.bicep"), re.MULTILINE))
    given = set(load(INFRA / "main.parameters.json")["parameters"])
    assert given <= declared
    assert [name for name in sorted(declared - given) if f"`{name}`" not in PAGE] == []
