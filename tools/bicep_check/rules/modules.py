"""Modules: the file is there, and gets the parameters that it declares and no others."""

from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.declarations import body_of
from tools.bicep_check.expressions import Scope
from tools.bicep_check.findings import Rule
from tools.bicep_check.language.nodes import Module, Object
from tools.bicep_check.rules.secrets import mentions_secret
from tools.bicep_check.shapes.declared import is_required
from tools.bicep_check.spelling import meant

_PROPERTIES = {"name", "scope", "params", "dependsOn"}


def check_module(file: BicepFile, module: Module, target: BicepFile | None) -> None:
    """Check one use of a module; `target` is None where its file cannot be read, which is reported elsewhere."""
    body = body_of(module.value)
    if body is None:
        file.add(module.name, Rule.MODULE, f"module {module.name} has no object")
        return
    file.expressions.of(module.value, {})
    for item in body.content.properties:
        if item.name not in _PROPERTIES:
            file.add(item, Rule.MODULE, f"a module has no {item.name!r}")
    if target is None:
        return
    path = module.path.plain
    if body.content.get("scope") is None and target.declared.scope != file.declared.scope:
        what = f"{path} is deployed to a {target.declared.scope}, this file to a {file.declared.scope}: give scope"
        file.add(module.name, Rule.MODULE, what)
    params = body.content.get("params")
    if params is not None and not isinstance(params, Object):
        file.add(params, Rule.MODULE, "params are written as an object")
        return
    scope = file.expressions.loop_names(body.loop, {}) if body.loop else {}
    _check_params(file, module, params, target, scope)


def _check_params(file: BicepFile, module: Module, params: Object | None, target: BicepFile, scope: Scope) -> None:
    path = module.path.plain
    declared = {str(param.name): param for param in target.declared.params}
    passed = params.properties if params else []
    for item in passed:
        param = declared.get(item.name or "")
        if param is None:
            file.add(item, Rule.MODULE, f"{path} has no parameter {item.name!r}{meant(item.name or '', declared)}")
            continue
        file.assignment.check(item.value, target.types.of_param(param), scope, f"parameter {param.name} of {path}")
        if mentions_secret(file, item.value) and not param.is_secure:
            what = f"a secret goes into parameter {param.name} of {path}, which is not @secure()"
            file.add(item, Rule.SECRET, what)
    names = {item.name for item in passed}
    for name, param in declared.items():
        if name not in names and is_required(param, target.types.of_param(param)):
            file.add(module.name, Rule.MODULE, f"{path} needs parameter {name!r}")
