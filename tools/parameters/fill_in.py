"""`${NAME}` and `${NAME=default}` in a parameters file, as azd reads them: numbers where the template wants numbers."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?:=([^}]*))?\}")
OURS = ("AZURE_", "OFFBOARDING_")
DECLARED = re.compile(r"^param (\w+) int\b", re.MULTILINE)
COMPILED, SOURCE = "main.json", "main.bicep"
NEEDED = ("AZURE_ENV_NAME", "AZURE_LOCATION", "OFFBOARDING_PARTNER_TENANT_ID", "OFFBOARDING_CLIENT_ID")
"""What has no default in main.bicep: Azure would refuse an empty one later, and less plainly."""


class ParametersError(Exception):
    """The parameters cannot be made."""


def named_values(environment: Mapping[str, str]) -> dict[str, str]:
    """Ours alone, of the environment and of the JSON object in its VARIABLES; raises ParametersError."""
    try:
        given = json.loads(environment.get("VARIABLES") or "{}")
        values = {str(name): str(value) for name, value in given.items()}
    except (ValueError, AttributeError):
        raise ParametersError("VARIABLES is no JSON object") from None
    return {name: value for name, value in {**values, **environment}.items() if name.startswith(OURS)}


def numbers_of(folder: Path) -> frozenset[str]:
    """The parameters that are numbers, by the template in the folder: the compiled one, else the source.

    Raises ParametersError where there is neither.
    """
    try:
        if (folder / COMPILED).exists():
            declared = json.loads((folder / COMPILED).read_text(encoding="utf-8"))["parameters"]
            return frozenset(name for name, said in declared.items() if said["type"] == "int")
        return frozenset(DECLARED.findall((folder / SOURCE).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        raise ParametersError(f"there is no template beside the file ({COMPILED} or {SOURCE})") from None


def filled_in(text: str, values: Mapping[str, str], numbers: Collection[str] = ()) -> str:
    """The file with values in it; an empty value counts as missing, as with azd.

    `numbers`: parameters that Azure takes as numbers alone; it refuses a text of digits. Raises ParametersError.
    """
    try:
        content = json.loads(text)
        parameters = content["parameters"]
        asked = {match[1] for match in PLACE.finditer(json.dumps(parameters))}
    except (ValueError, KeyError, TypeError):
        raise ParametersError("the file is no parameters file") from None
    missing = [name for name in NEEDED if name in asked and not values.get(name)]
    if missing:
        raise ParametersError(f"{', '.join(missing)}: set a value; there is no default")
    content["parameters"] = filled = _within(parameters, values)
    for name in filled.keys() & numbers:
        filled[name]["value"] = _number(name, filled[name]["value"])
    return json.dumps(content, indent=2) + "\n"


def _number(name: str, value: Any) -> int:
    try:
        return int(value)
    except (ValueError, TypeError):
        raise ParametersError(f"{name} must be a whole number") from None


def _within(found: Any, values: Mapping[str, str]) -> Any:
    if isinstance(found, str):
        return PLACE.sub(lambda match: values.get(match[1]) or match[2] or "", found)
    if isinstance(found, list):
        return [_within(each, values) for each in found]
    if isinstance(found, dict):
        return {name: _within(each, values) for name, each in found.items()}
    return found
