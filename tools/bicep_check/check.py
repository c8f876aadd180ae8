"""The whole check of a folder: every file once, and every module from where it is used."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tools.bicep_check.azure.resource_types import Lack, ResourceType, ResourceTypes
from tools.bicep_check.bicep_file import BicepFile
from tools.bicep_check.declarations import declarations
from tools.bicep_check.findings import Finding, Findings, Rule
from tools.bicep_check.language.parse import parse
from tools.bicep_check.language.tokens import BicepSyntaxError
from tools.bicep_check.rules.modules import check_module
from tools.bicep_check.rules.names import check_names
from tools.bicep_check.rules.parameters import check_parameters
from tools.bicep_check.rules.portable import check_portable
from tools.bicep_check.rules.resources import check_resource
from tools.bicep_check.rules.secrets import check_secrets
from tools.bicep_check.shapes.shape import Field, Fields


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was looked at and found. `described` and `undescribed` are the types of resources that were met."""

    files: int
    findings: tuple[Finding, ...]
    described: frozenset[str]
    undescribed: frozenset[str]


def check_folder(folder: Path, types: ResourceTypes) -> Outcome:
    """Check all *.bicep of a folder and below; raises OSError for what cannot be read."""
    return _Check(types).run(sorted(folder.rglob("*.bicep")))


class _Check:
    def __init__(self, types: ResourceTypes) -> None:
        self._findings = Findings()
        self._types = _Remembering(types)
        self._files: dict[Path, BicepFile | None] = {}

    def run(self, paths: list[Path]) -> Outcome:
        for path in paths:
            file = self._load(path.resolve())
            if file:
                self._check(file)
        met = self._types.met
        described = {name for name, kind in met.items() if isinstance(kind, ResourceType)}
        undescribed = {name for name, kind in met.items() if kind in (Lack.NOT_DESCRIBED, Lack.NOBODY_ASKED)}
        return Outcome(len(paths), tuple(self._findings.sorted()), frozenset(described), frozenset(undescribed))

    def _load(self, path: Path) -> BicepFile | None:
        if path not in self._files:
            self._files[path] = None
            try:
                declared = declarations(parse(path.read_text(encoding="utf-8-sig")))
            except BicepSyntaxError as error:
                self._findings.add(path, error, Rule.SYNTAX, str(error))
            else:
                outputs = partial(self._outputs, path)
                self._files[path] = BicepFile(path, declared, self._findings, self._types, outputs)
        return self._files[path]

    def _outputs(self, path: Path, written: str) -> Fields | None:
        """What a module can be asked for."""
        target = self._module(path, written)
        if target is None:
            return None
        places = {str(item.name): Field(partial(target.types.of, item.type)) for item in target.declared.outputs}
        return Fields(f"outputs of {written}", places)

    def _module(self, path: Path, written: str) -> BicepFile | None:
        target = (path.parent / written).resolve()
        return self._load(target) if target.is_file() else None

    def _check(self, file: BicepFile) -> None:
        declared = file.declared
        for param in declared.params:
            shape = file.types.of_param(param)
            if param.default is not None:
                file.expressions.of(param.default, {})
                file.assignment.check(param.default, shape, {}, f"default of {param.name}")
        for alias in declared.types:
            file.types.of(alias.type)
        for variable in declared.variables:
            file.expressions.of(variable.value, {})
        for resource in declared.resources:
            check_resource(file, resource, {})
        for module in declared.modules:
            written = module.path.plain or ""
            if not (file.path.parent / written).is_file():
                file.add(module.path, Rule.MODULE, f"there is no file {written!r}")
            check_module(file, module, self._module(file.path, written))
        for output in declared.outputs:
            file.expressions.of(output.value, {})
            file.assignment.check(output.value, file.types.of(output.type), {}, f"output {output.name}")
        check_secrets(file)
        check_portable(file)
        check_parameters(file, self._findings)
        check_names(file)


class _Remembering:
    """Asks for each type once, and knows afterwards which were met."""

    def __init__(self, types: ResourceTypes) -> None:
        self._types = types
        self.met: dict[str, ResourceType | Lack] = {}

    def find(self, name: str) -> ResourceType | Lack:
        """The type of this name."""
        if name not in self.met:
            self.met[name] = self._types.find(name)
        return self.met[name]
