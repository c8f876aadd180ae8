"""`${NAME}` and `${NAME=default}` in a parameters file, as azd reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

PLACE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?:=([^}]*))?\}")
OURS = ("AZURE_", "OFFBOARDING_")
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


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The file with values in it; an empty value counts as missing, as with azd. Raises ParametersError."""
    try:
        content = json.loads(text)
        parameters = content["parameters"]
        asked = {match[1] for match in PLACE.finditer(json.dumps(parameters))}
    except (ValueError, KeyError, TypeError):
        raise ParametersError("the file is no parameters file") from None
    missing = [name for name in NEEDED if name in asked and not values.get(name)]
    if missing:
        raise ParametersError(f"{', '.join(missing)}: set a value; there is no default")
    content["parameters"] = _within(parameters, values)
    return json.dumps(content, indent=2) + "\n"


def _within(found: Any, values: Mapping[str, str]) -> Any:
    if isinstance(found, str):
        return PLACE.sub(lambda match: values.get(match[1]) or match[2] or "", found)
    if isinstance(found, list):
        return [_within(each, values) for each in found]
    if isinstance(found, dict):
        return {name: _within(each, values) for name, each in found.items()}
    return found
