"""Values against what is wanted in their place, property by property: a finding points at the line to change."""

from pathlib import Path

from tools.bicep_check.expressions import Expressions, Scope
from tools.bicep_check.findings import Findings, Rule
from tools.bicep_check.language.nodes import Array, Condition, Expression, Loop, Object, Property, Ternary
from tools.bicep_check.shapes.fits import misfit
from tools.bicep_check.shapes.shape import Choice, Fields, ListOf, Literal, Shape, describe, optional, options_of
from tools.bicep_check.spelling import meant


class Assignment:
    """Checks the values of one file against shapes."""

    def __init__(self, path: Path, findings: Findings, expressions: Expressions) -> None:
        self._path = path
        self._findings = findings
        self._expressions = expressions

    def check(self, node: Expression, wanted: Shape, scope: Scope, what: str) -> None:
        """Report where a value does not fit. `what` names the place for the messages, such as "parameter sku"."""
        lists = [option for option in options_of(wanted) if isinstance(option, ListOf)]
        objects = [option for option in options_of(wanted) if isinstance(option, Fields | Choice)]
        match node:
            case Ternary(_, _, yes, no):
                self.check(yes, wanted, scope, what)
                self.check(no, wanted, scope, what)
            case Condition(_, _, body):
                self.check(body, wanted, scope, what)
            case Array(_, items) if len(lists) == 1:
                for item in items:
                    self.check(item, lists[0].item, scope, what)
            case Loop(_, _, _, body) if len(lists) == 1:
                self.check(body, lists[0].item, {**scope, **self._expressions.loop_names(node, scope)}, what)
            case Object() if len(objects) == 1:
                self._object(node, objects[0], scope, what)
            case _:
                if why := misfit(self._expressions.of(node, scope), wanted):
                    self._findings.add(self._path, node, Rule.TYPE, f"{what}: {why}")

    def _object(self, node: Object, wanted: Fields | Choice, scope: Scope, what: str) -> None:
        fields = wanted if isinstance(wanted, Fields) else self._chosen(node, wanted, scope, what)
        if fields is None:
            return
        for item in node.properties:
            self._property(item, fields, scope, what)
        names = {item.name for item in node.properties}
        missing = [name for name, field in fields.fields.items() if field.required and name not in names]
        if missing and None not in names:
            self._findings.add(self._path, node, Rule.PROPERTY, f"{what} lacks {', '.join(map(repr, missing))}")

    def _property(self, item: Property, fields: Fields, scope: Scope, what: str) -> None:
        field = fields.fields.get(item.name or "")
        if field is not None and field.read_only:
            self._findings.add(self._path, item, Rule.PROPERTY, f"{what}.{item.name} is read-only")
        elif field is not None:
            # null leaves a property out.
            shape = field.shape() if field.required else optional(field.shape())
            self.check(item.value, shape, scope, f"{what}.{item.name}")
        elif fields.rest is not None:
            self.check(item.value, fields.rest, scope, f"{what}.{item.name or '…'}")
        elif item.name is not None:
            text = f"{what} has no property {item.name!r}{meant(item.name, fields.fields)}"
            self._findings.add(self._path, item, Rule.PROPERTY, text)

    def _chosen(self, node: Object, choice: Choice, scope: Scope, what: str) -> Fields | None:
        value = node.get(choice.on)
        if value is None:
            self._findings.add(self._path, node, Rule.PROPERTY, f"{what} lacks {choice.on!r}")
            return None
        shape = self._expressions.of(value, scope)
        if not isinstance(shape, Literal):
            return None
        chosen = choice.options.get(str(shape.value))
        if chosen is None:
            text = f"{what}.{choice.on}: {describe(shape)} is none of {', '.join(sorted(choice.options))}"
            self._findings.add(self._path, value, Rule.TYPE, text)
        return chosen
