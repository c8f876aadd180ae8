"""Resources: type, API version and scope exist; parent, name and properties are what Azure wants."""

import re

from tools.bicep_check.azure.resource_types import Lack, ResourceType
from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.declarations import Body, PlacedResource
from tools.bicep_check.expressions import Scope
from tools.bicep_check.findings import Rule
from tools.bicep_check.language.nodes import Reference
from tools.bicep_check.shapes.shape import ANYTHING, Choice, Field, Fields, Shape

_TYPE = re.compile(r"(?P<name>[A-Za-z0-9.]+(?:/[A-Za-z0-9]+)+)@(?P<version>\d{4}-\d{2}-\d{2}(?:-[a-z]+)?)")
# Properties that Bicep itself adds to every resource.
_OF_BICEP = {name: Field.of(ANYTHING) for name in ("parent", "scope", "dependsOn")}
_OF_EXISTING = {"name", "parent", "scope"}
_ANYWHERE = {"All", "AllExceptExtension"}


def check_resource(file: BicepFile, resource: PlacedResource, scope: Scope) -> None:
    """Check one resource and those inside it."""
    name, body = resource.declared.name, resource.body
    if body is None:
        file.add(name, Rule.RESOURCE, f"resource {name} has no object")
        return
    file.expressions.of(resource.declared.value, {**scope, **_siblings(file, resource)})
    inner = {
        **scope,
        **(file.expressions.loop_names(body.loop, scope) if body.loop else {}),
        **_siblings(file, resource),
    }
    given = {item.name for item in body.content.properties}
    if "name" not in given:
        file.add(name, Rule.PROPERTY, f"resource {name} has no name")
    if resource.declared.existing and (extra := given - _OF_EXISTING):
        names = ", ".join(sorted(map(str, extra)))
        file.add(name, Rule.PROPERTY, f"resource {name} exists already and takes no {names}")
    _check_parent(file, resource, body)
    _check_type(file, resource, body, inner)
    for nested in resource.nested:
        check_resource(file, nested, inner)


def _siblings(file: BicepFile, resource: PlacedResource) -> dict[str, Shape]:
    """Resources that stand inside another one are known to each other, and to it, by their bare names."""
    return {nested.way[-1]: file.resource_shape(nested) for nested in resource.nested}


def _check_type(file: BicepFile, resource: PlacedResource, body: Body, scope: Scope) -> None:
    place = resource.declared.type
    match = _TYPE.fullmatch(resource.type)
    if match is None:
        file.add(place, Rule.RESOURCE, f"{resource.type!r} is no resource type with an API version")
        return
    kind = file.resource_types.find(resource.kind)
    if kind is Lack.NO_SUCH_TYPE:
        file.add(place, Rule.RESOURCE, f"Azure has no resource type {resource.kind}")
    if not isinstance(kind, ResourceType):
        return
    if match["version"] > kind.version:
        what = f"{resource.kind} has no API version {match['version']}; the newest known is {kind.version}"
        file.add(place, Rule.RESOURCE, what)
    if resource.declared.existing:
        return
    target = file.declared.scope or ""
    if kind.scopes not in _ANYWHERE and target.casefold() not in kind.scopes.casefold():
        file.add(place, Rule.RESOURCE, f"{resource.kind} is deployed to a {kind.scopes}, this file to a {target}")
    file.assignment.check(body.content, _as_written(kind.body), scope, resource.kind)


def _as_written(body: Fields | Choice) -> Fields | Choice:
    """The object as Bicep takes it; whether it has a name was looked at already."""
    if isinstance(body, Choice):
        return Choice(body.name, body.on, {key: _with_bicep(option) for key, option in body.options.items()})
    return _with_bicep(body)


def _with_bicep(body: Fields) -> Fields:
    fields = {**body.fields, **_OF_BICEP}
    if "name" in fields:
        fields["name"] = Field(fields["name"].shape)
    return Fields(body.name, fields, body.rest)


def _check_parent(file: BicepFile, resource: PlacedResource, body: Body) -> None:
    parent = body.content.get("parent")
    if parent is None:
        if len(resource.way) == 1 and resource.kind.count("/") > 1:
            what = f"{resource.kind} is a child: it needs a parent, or to stand inside of it"
            file.add(resource.declared.type, Rule.RESOURCE, what)
        return
    name = parent.name if isinstance(parent, Reference) else None
    outer = next((item for item in file.declared.resources if item.way == (name,)), None)
    if outer and outer.kind.casefold() != resource.kind.rpartition("/")[0].casefold():
        file.add(parent, Rule.RESOURCE, f"{resource.kind} is no child of {outer.kind}")
