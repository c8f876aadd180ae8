"""Copies of infra/ with a mistake planted in them, and descriptions of resource types to check them with."""

import json
import os
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tools.bicep_check.azure.resource_types import Lack, ResourceType, ResourceTypes
from tools.bicep_check.azure.schema import read_schema
from tools.bicep_check.check import check_folder
from tools.bicep_check.findings import Finding

HERE = Path(__file__).parent
INFRA = HERE.parents[2] / "infra"
VARIABLE = "OFFBOARDING_AZMCP"
AZMCP = os.environ.get(VARIABLE)
NO_AZMCP = f"{VARIABLE} does not name the program azmcp; see tools/bicep_check/README.md"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A change of one file of infra/, and what has to be said about it."""

    file: str
    was: str
    becomes: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def findings_with(mistake: Mistake, folder: Path, types: ResourceTypes) -> list[Finding]:
    """Plant a mistake in a copy of infra/ and check the copy."""
    copy = Path(shutil.copytree(INFRA, folder / "infra"))
    path = copy / mistake.file
    text = path.read_text(encoding="utf-8")
    assert mistake.was in text, f"{mistake.file} has changed: plant this mistake elsewhere"
    path.write_text(text.replace(mistake.was, mistake.becomes, 1), encoding="utf-8")
    return list(check_folder(copy, types).findings)


class ByHand:
    """Descriptions of a few types, shortened by hand to what infra/ uses of them; nothing is said of any other."""

    def find(self, name: str, /) -> ResourceType | Lack:
        """The description, if there is one."""
        if name.casefold() == "microsoft.keyvault/vaultz":
            return Lack.NO_SUCH_TYPE
        return (name in _described() and read_schema(name, _described()[name])) or Lack.NOT_DESCRIBED


@cache
def _described() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads((HERE / "descriptions.json").read_text(encoding="utf-8"))
    return found
