"""Carries out a template with its modules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tools.bicep_check.declarations import Body, Declarations, PlacedResource, body_of, declarations
from tools.bicep_check.deployed.calculate import Calculation, Names
from tools.bicep_check.deployed.functions import SUBSCRIPTION
from tools.bicep_check.deployed.values import Deployment, Later, Made
from tools.bicep_check.language.nodes import Module, Object
from tools.bicep_check.language.parse import parse

_OWN = {"name", "parent", "scope", "dependsOn"}


def deploy(main: Path, parameters: Mapping[str, Any]) -> Deployment:
    """Work out what a template of subscription scope makes.

    Raises RefusedError where it calls `fail`, and KeyError where a parameter without a default is not given.
    """
    template = _Template(main, parameters, f"/subscriptions/{SUBSCRIPTION}")
    made = template.everything()
    return Deployment(tuple(made), template.outputs())


@cache
def _read(text: str) -> Declarations:
    return declarations(parse(text))


class _Template:
    """One file with its parameters. Everything is worked out once, and when it is asked for."""

    def __init__(self, path: Path, given: Mapping[str, Any], group: str) -> None:
        self._path = path
        self._declared = _read(path.read_text(encoding="utf-8"))
        self._given = given
        self._group = group
        self._known: dict[tuple[str, ...], Any] = {}
        self._calculation = Calculation(path, group, lambda name: self._named((name,)), self._named)

    def everything(self) -> list[Made]:
        """The resources that are made, with those of the modules."""
        made = []
        for resource in self._declared.resources:
            for one in resource.with_nested():
                found = self._named(one.way)
                made += found if isinstance(found, list) else [found]
        for module in self._declared.modules:
            found = self._named((str(module.name),))
            for used in found if isinstance(found, list) else [found]:
                made += used.template.everything() if used.template else []
        return [one for one in made if one.made and not one.existing]

    def outputs(self) -> dict[str, Any]:
        """What it answers, by name."""
        return {str(item.name): self._calculation.of(item.value, {}) for item in self._declared.outputs}

    def _named(self, way: tuple[str, ...]) -> Any:
        if way not in self._known:
            self._known[way] = self._find(way)
        return self._known[way]

    def _find(self, way: tuple[str, ...]) -> Any:
        for param in self._declared.params:
            if (str(param.name),) == way:
                if str(param.name) in self._given:
                    return self._given[str(param.name)]
                if param.default is None:
                    raise KeyError(f"{self._path.name} needs {param.name}")
                return self._calculation.of(param.default, {})
        for variable in self._declared.variables:
            if (str(variable.name),) == way:
                return self._calculation.of(variable.value, {})
        for module in self._declared.modules:
            if (str(module.name),) == way:
                return self._modules(module)
        for outer in self._declared.resources:
            for resource in outer.with_nested():
                if resource.way == way:
                    return self._resources(resource)
        raise KeyError(f"{self._path.name} has no {'::'.join(way)}")

    def _resources(self, resource: PlacedResource) -> Any:
        body = resource.body
        assert body is not None
        if body.loop is None:
            return self._made(resource, body, {})
        return [self._made(resource, body, names) for names in self._calculation.rounds(body.loop, {})]

    def _made(self, resource: PlacedResource, body: Body, names: Names) -> Made:
        of = self._calculation.of
        name = str(of(_must(body.content, "name"), names))
        outer = self._outer(resource, body, names)
        wanted = all(of(condition, names) for condition in body.conditions)
        kind = resource.kind
        scope = body.content.get("scope")
        target = of(scope, names).id if scope is not None else outer.id if outer else self._group
        own = kind.rpartition("/")[2] if outer else kind
        identity = f"{target}/{own}/{name}" if outer else f"{target}/providers/{kind}/{name}"
        if kind == "Microsoft.Resources/resourceGroups":
            identity = f"{self._group}/resourceGroups/{name}"
        content: dict[str, Any] = {}
        if wanted and not resource.declared.existing:
            content = {
                str(item.name): of(item.value, names) for item in body.content.properties if item.name not in _OWN
            }
        return Made(
            type=kind,
            name=name,
            id=identity,
            source=self._path.stem,
            symbol=str(resource.declared.name),
            existing=resource.declared.existing is not None,
            made=wanted and (outer is None or outer.made),
            target=target,
            body=content,
        )

    def _outer(self, resource: PlacedResource, body: Body, names: Names) -> Made | None:
        parent = body.content.get("parent")
        if parent is not None:
            found = self._calculation.of(parent, names)
        else:
            found = self._named(resource.way[:-1]) if len(resource.way) > 1 else None
        assert found is None or isinstance(found, Made)
        return found

    def _modules(self, module: Module) -> Any:
        body = body_of(module.value)
        assert body is not None
        if body.loop is None:
            return self._used(module, body, {})
        return [self._used(module, body, names) for names in self._calculation.rounds(body.loop, {})]

    def _used(self, module: Module, body: Body, names: Names) -> _Used:
        of = self._calculation.of
        if not all(of(condition, names) for condition in body.conditions):
            return _Used(str(module.name), None)
        scope = body.content.get("scope")
        place = of(scope, names) if scope is not None else None
        group = self._group if place is None else place.id if isinstance(place, Made) else place["id"]
        params = body.content.get("params")
        given = of(params, names) if params is not None else {}
        return _Used(str(module.name), _Template(self._path.parent / str(module.path.plain), given, group))


class _Used:
    """A module in use: `template` is None where its condition keeps it away."""

    def __init__(self, name: str, template: _Template | None) -> None:
        self._name = name
        self.template = template

    def __getitem__(self, name: str) -> Any:
        assert name == "outputs"
        return self.template.outputs() if self.template else Later.of(f"{self._name}.outputs")


def _must(content: Object, name: str) -> Any:
    found = content.get(name)
    assert found is not None, f"line {content.line}: no {name}"
    return found
