"""One Bicep file with its names: what each stands for, and which of them something refers to."""

from collections.abc import Callable
from pathlib import Path

from tools.bicep_check.assignment import Assignment
from tools.bicep_check.azure.resource_types import ResourceType, ResourceTypes
from tools.bicep_check.declarations import Declarations, PlacedResource, body_of
from tools.bicep_check.expressions import Expressions
from tools.bicep_check.findings import Findings, Rule
from tools.bicep_check.language.nodes import Module, Param, Place, String, Variable
from tools.bicep_check.shapes.declared import DeclaredTypes
from tools.bicep_check.shapes.shape import ANYTHING, STRING, Choice, Field, Fields, ListOf, Shape

# The outputs of a module by the path that is written in the file; None if there is no such file or it cannot be read.
Outputs = Callable[[str], Fields | None]
_Symbol = Param | Variable | PlacedResource | Module


class BicepFile:
    """The names of a file. `used` holds those that were asked for, nested resources as `outer::inner`."""

    def __init__(
        self, path: Path, declared: Declarations, findings: Findings, types: ResourceTypes, outputs: Outputs
    ) -> None:
        self.path = path
        self.declared = declared
        self.resource_types = types
        self.used: set[str] = set()
        self.types = DeclaredTypes(path, declared.types, findings)
        self.expressions = Expressions(path, findings, self._symbol, self._nested)
        self.assignment = Assignment(path, findings, self.expressions)
        self._findings = findings
        self._outputs = outputs
        self._symbols: dict[str, _Symbol] = {
            **{str(param.name): param for param in declared.params},
            **{str(variable.name): variable for variable in declared.variables},
            **{str(module.name): module for module in declared.modules},
            **{item.way[0]: item for item in declared.resources},
        }
        self._shapes: dict[str, Shape] = {}
        self._open: set[str] = set()

    def add(self, place: Place, rule: Rule, message: str) -> None:
        """Record a mistake in this file."""
        self._findings.add(self.path, place, rule, message)

    def resource_shape(self, resource: PlacedResource) -> Shape:
        """What a resource can be asked for: its properties as Azure describes them, one or a list of them."""
        kind = self.resource_types.find(resource.kind)
        shape: Shape = ANYTHING
        if isinstance(kind, ResourceType):
            shape = kind.body if isinstance(kind.body, Fields) else _chosen(resource, kind.body)
        return ListOf(shape) if resource.body and resource.body.loop else shape

    def _symbol(self, name: str) -> Shape | None:
        found = self._symbols.get(name)
        if found is None:
            return None
        self.used.add(name)
        if name not in self._shapes:
            self._shapes[name] = self._shape(found)
        return self._shapes[name]

    def _shape(self, found: _Symbol) -> Shape:
        match found:
            case Param():
                return self.types.of_param(found)
            case PlacedResource():
                return self.resource_shape(found)
            case Module():
                return self._module_shape(found)
            case Variable(_, name, value):
                if name in self._open:
                    self.add(name, Rule.NAME, f"{str(name)!r} is made of itself")
                    return ANYTHING
                self._open.add(str(name))
                shape = self.expressions.of(value, {})
                self._open.discard(str(name))
                return shape

    def _module_shape(self, module: Module) -> Shape:
        outputs = self._outputs(module.path.plain or "")
        fields = {"name": Field.of(STRING), "outputs": Field.of(outputs or ANYTHING)}
        shape = Fields(f"of module {module.name}", fields)
        body = body_of(module.value)
        return ListOf(shape) if body and body.loop else shape

    def _nested(self, way: tuple[str, ...]) -> Shape | None:
        everything = [item for resource in self.declared.resources for item in resource.with_nested()]
        found = next((item for item in everything if item.way == way), None)
        self.used |= {"::".join(way[:depth]) for depth in range(1, len(way) + 1)}
        return self.resource_shape(found) if found else None


def _chosen(resource: PlacedResource, choice: Choice) -> Shape:
    value = resource.body.content.get(choice.on) if resource.body else None
    name = value.plain if isinstance(value, String) else None
    return choice.options.get(name or "", ANYTHING)
