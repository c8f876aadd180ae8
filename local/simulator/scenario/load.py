"""Reading a scenario file; every mistake is named by its field."""

import json
from pathlib import Path

from pydantic import ValidationError

from local.simulator.scenario.models import Scenario


class ScenarioError(Exception):
    """The file cannot be used; the text says which field, which value and which rule."""


def load_scenario(path: Path) -> Scenario:
    """Read and check a file. ScenarioError if it cannot be used."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"scenario {path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ScenarioError(f"scenario {path}: is not JSON: {error}") from None
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        lines = [f"scenario {path}: {error.error_count()} mistake(s)"]
        for one in error.errors():
            where = ".".join(str(part) for part in one["loc"]) or "the file"
            lines.append(f"  {where}: {one['msg']}{_value(one['type'], one['input'])}")
        raise ScenarioError("\n".join(lines)) from None


def _value(kind: str, value: object) -> str:
    if kind in {"missing", "value_error"} or isinstance(value, dict | list):
        return ""
    return f" (it is {str(value)[:80]!r})"
