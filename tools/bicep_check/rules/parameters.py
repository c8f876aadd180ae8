"""The parameter file of azd beside a template: it names parameters that exist, and gives what has to be given."""

import json
import re

from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.findings import Findings, Rule
from tools.bicep_check.shapes.declared import is_required
from tools.bicep_check.shapes.fits import misfit
from tools.bicep_check.shapes.shape import Literal, Shape

_NUMBER = re.compile(r"-?\d+")
_VARIABLE = re.compile(r"\$\{\w+(=(?P<default>[^}]*))?\}")


def check_parameters(file: BicepFile, findings: Findings) -> None:
    """Check NAME.parameters.json beside NAME.bicep, if it is there. azd fills in `${NAME=default}`."""
    path = file.path.with_name(f"{file.path.stem}.parameters.json")
    if not path.exists():
        return
    try:
        given: dict[str, dict[str, object]] = json.loads(path.read_text(encoding="utf-8"))["parameters"]
    except (ValueError, KeyError, TypeError) as error:
        findings.add_file(path, Rule.PARAMETERS, f"no parameter file: {error!r}")
        return
    declared = {str(param.name): (param, file.types.of_param(param)) for param in file.declared.params}
    for name in given.keys() - declared.keys():
        findings.add_file(path, Rule.PARAMETERS, f"{file.path.name} has no parameter {name!r}")
    for name, (param, shape) in declared.items():
        if name not in given:
            if is_required(param, shape):
                findings.add_file(path, Rule.PARAMETERS, f"parameter {name!r} of {file.path.name} is not given")
            continue
        value = given[name].get("value")
        variable = _VARIABLE.fullmatch(value) if isinstance(value, str) else None
        known = variable["default"] if variable else value
        if isinstance(known, str | int) and (why := _misfit(known, shape, filled_in=variable is not None)):
            findings.add_file(path, Rule.PARAMETERS, f"parameter {name!r}: {why}")


def _misfit(known: str | int, shape: Shape, *, filled_in: bool) -> str | None:
    """azd makes a number of what it fills in where the parameter is one; what stands in the file is taken as it is."""
    why = misfit(Literal(known), shape)
    if why and filled_in and isinstance(known, str) and _NUMBER.fullmatch(known):
        return misfit(Literal(int(known)), shape)
    return why
