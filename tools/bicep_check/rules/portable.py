"""What binds a template to one place: a region or the host names of one cloud, written out."""

import re

from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.findings import Rule
from tools.bicep_check.language.nodes import Expression, Object, String
from tools.bicep_check.language.walk import inside

_HOSTS = re.compile(
    r"(?i)\b(core\.windows\.net|servicebus\.windows\.net|database\.windows\.net|vault\.azure\.net|azurewebsites\.net|"
    r"azurecr\.io|management\.azure\.com|login\.microsoftonline\.com|graph\.microsoft\.com)\b"
)


def check_portable(file: BicepFile) -> None:
    """Look at every string and every location of a file."""
    for param in file.declared.params:
        if param.name == "location":
            _check_location(file, param.default)
    for node in inside(file.declared.all):
        if isinstance(node, Object):
            _check_location(file, node.get("location"))
        if isinstance(node, String) and (match := _HOSTS.search("".join(map(str, node.pieces)))):
            file.add(node, Rule.PORTABLE, f"{match[1]} differs between clouds: take it from Azure")


def _check_location(file: BicepFile, value: Expression | None) -> None:
    place = value.plain if isinstance(value, String) else None
    if value is not None and place not in (None, "global"):
        file.add(value, Rule.PORTABLE, f"location {place!r} is written out: take the parameter")
