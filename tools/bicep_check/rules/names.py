"""Names and decorators: declared once, used at all, decorated with what fits."""

from collections import Counter
from collections.abc import Mapping

from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.findings import Rule
from tools.bicep_check.language.nodes import Declaration, Module, Output, Param, Resource, TypeAlias
from tools.bicep_check.language.walk import inside
from tools.bicep_check.spelling import meant

_SCOPES = {"resourceGroup", "subscription", "managementGroup", "tenant"}
_TYPED = (Param, Output, TypeAlias)
# Decorators with the declarations that take them and the number of their arguments.
_DECORATORS: Mapping[str, tuple[tuple[type, ...], int]] = {
    "description": ((object,), 1),
    "metadata": (_TYPED, 1),
    "allowed": ((Param,), 1),
    "secure": (_TYPED, 0),
    "minLength": (_TYPED, 1),
    "maxLength": (_TYPED, 1),
    "minValue": (_TYPED, 1),
    "maxValue": (_TYPED, 1),
    "batchSize": ((Resource, Module), 1),
}


def check_names(file: BicepFile) -> None:
    """Check a whole file, after everything else has looked at it and used its names."""
    declared = file.declared
    if declared.scope not in _SCOPES:
        file.add(declared.all[0], Rule.NAME, f"targetScope is none of {', '.join(sorted(_SCOPES))}")
    counted = Counter((isinstance(item, Output), item.name) for item in declared.all)
    for item in declared.all:
        if counted[isinstance(item, Output), item.name] > 1:
            file.add(item.name, Rule.NAME, f"{str(item.name)!r} is declared more than once")
    for node in inside(declared.all):
        if isinstance(node, Declaration):
            _check_decorators(file, node)
    _check_use(file)


def _check_use(file: BicepFile) -> None:
    for unused in (*file.declared.params, *file.declared.variables):
        if unused.name not in file.used:
            file.add(unused.name, Rule.UNUSED, f"{str(unused.name)!r} is never used")
    for alias in file.declared.types:
        if alias.name not in file.types.used:
            file.add(alias.name, Rule.UNUSED, f"type {str(alias.name)!r} is never used")
    for outer in file.declared.resources:
        for resource in outer.with_nested():
            way = "::".join(resource.way)
            if resource.declared.existing and way not in file.used:
                file.add(resource.declared.name, Rule.UNUSED, f"existing resource {way} is never used")


def _check_decorators(file: BicepFile, item: Declaration) -> None:
    for decorator in item.decorators:
        known = _DECORATORS.get(decorator.name)
        if known is None:
            what = f"there is no decorator {str(decorator.name)!r}{meant(decorator.name, _DECORATORS)}"
            file.add(decorator, Rule.NAME, what)
            continue
        kinds, arguments = known
        if not isinstance(item, kinds):
            file.add(decorator, Rule.NAME, f"@{decorator.name} does not go with {item.name}")
        if len(decorator.arguments) != arguments:
            what = f"@{decorator.name} takes {arguments} arguments, not {len(decorator.arguments)}"
            file.add(decorator, Rule.FUNCTION, what)
