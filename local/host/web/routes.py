"""Route templates of HTTP triggers, matched as ASP.NET Core matches them.

Text is compared without case; `{name}`, `{name:constraint}`, `{name?}`, `{name=default}` and a last `{*name}`.
Routes are tried in the order of their declaration, the first that fits path and method wins; a method that no route
takes is a 404.
Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-constraints
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from local.host.functions import Function, HttpTrigger

_PARAMETER = re.compile(
    r"\{(?P<star>\*{0,2})(?P<name>\w+)(?P<constraints>(?::[^{}=?]+)*)(?:=(?P<default>[^{}?]*))?(?P<optional>\?)?\}"
)
_PATTERNS = {
    "int": r"[-+]?\d{1,10}",
    "long": r"[-+]?\d{1,19}",
    "decimal": r"[-+]?\d+(?:\.\d+)?",
    "double": r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?",
    "float": r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?",
    "bool": r"true|false",
    "alpha": r"[a-z]*",
    "guid": r"[0-9a-f]{32}|\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?",
    "required": r".+",
}
_NUMBERS: Mapping[str, Callable[[str, list[int]], bool]] = {
    "min": lambda value, n: _is_int(value) and int(value) >= n[0],
    "max": lambda value, n: _is_int(value) and int(value) <= n[0],
    "range": lambda value, n: _is_int(value) and n[0] <= int(value) <= n[1],
    "minlength": lambda value, n: len(value) >= n[0],
    "maxlength": lambda value, n: len(value) <= n[0],
    "length": lambda value, n: n[0] <= len(value) <= n[-1],
}


class RouteError(ValueError):
    """A template that cannot be read; the text says where."""


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled route template."""

    pattern: re.Pattern[str]
    checks: tuple[tuple[str, Callable[[str], bool]], ...]
    defaults: Mapping[str, str]

    def match(self, path: str) -> dict[str, str] | None:
        """The route parameters of a path as unescape() leaves it, or None."""
        found = self.pattern.fullmatch(path.strip("/"))
        if found is None:
            return None
        values = {name: value for name, value in found.groupdict().items() if value}
        if any(name in values and not check(values[name]) for name, check in self.checks):
            return None
        return {**self.defaults, **values}


def compile_template(text: str) -> Template:
    """Compiles a template; raises RouteError."""
    pattern, checks, defaults = "", [], {}
    for segment in text.strip("/").split("/"):
        piece, end, optional = "", 0, False
        for match in _PARAMETER.finditer(segment):
            piece += _literal(segment[end : match.start()], text)
            end = match.end()
            name = match["name"]
            if f"(?P<{name}>" in pattern + piece:
                raise RouteError(f"route {text!r} uses parameter {name!r} twice")
            piece += f"(?P<{name}>{'.*' if match['star'] else '[^/]+?'})"
            checks += [(name, _check(constraint, text)) for constraint in match["constraints"].split(":")[1:]]
            if match["default"] is not None:
                defaults[name] = match["default"]
            optional = optional or bool(match["optional"] or match["star"]) or match["default"] is not None
        piece += _literal(segment[end:], text)
        slash = "/" if pattern else ""
        pattern += f"(?:{slash}{piece})?" if optional else slash + piece
    return Template(re.compile(pattern, re.IGNORECASE), tuple(checks), defaults)


def _literal(text: str, template: str) -> str:
    if "{" in text or "}" in text:
        raise RouteError(f"route {template!r}: cannot read {text!r}")
    return re.escape(text)


def _check(constraint: str, template: str) -> Callable[[str], bool]:
    name, _, argument = constraint.partition("(")
    name, argument = name.strip().lower(), argument.removesuffix(")")
    if name in _PATTERNS:
        simple = re.compile(_PATTERNS[name], re.IGNORECASE)
        return lambda value: simple.fullmatch(value) is not None
    if name == "regex":
        try:
            free = re.compile(argument, re.IGNORECASE)
        except re.error as error:
            raise RouteError(f"route {template!r}: regex {argument!r}: {error}") from None
        return lambda value: free.search(value) is not None
    if name in _NUMBERS and re.fullmatch(r"-?\d+(,-?\d+)?", argument.replace(" ", "")):
        rule, numbers = _NUMBERS[name], [int(part) for part in argument.split(",")]
        return lambda value: rule(value, numbers)
    raise RouteError(f"route {template!r}: constraint {constraint!r} is not known")


def _is_int(value: str) -> bool:
    return re.fullmatch(_PATTERNS["long"], value) is not None


def unescape(path: str) -> str:
    """A raw path without its escapes, but for escaped slashes: those are data, no separators, and stay as they are."""
    return "%2F".join(unquote(part) for part in re.split("%2f", path, flags=re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class Route:
    """A function and how it is reached."""

    function: Function
    trigger: HttpTrigger
    template: Template


@dataclass(frozen=True, slots=True)
class Match:
    """A request's function and its route parameters."""

    function: Function
    trigger: HttpTrigger
    parameters: Mapping[str, str]


class Router:
    """Finds the function of a request."""

    def __init__(self, functions: Iterable[Function], prefix: str) -> None:
        self._prefix = prefix.strip("/")
        self._routes = [
            Route(
                function,
                function.trigger,
                compile_template("/".join(filter(None, (self._prefix, function.trigger.route)))),
            )
            for function in functions
            if isinstance(function.trigger, HttpTrigger)
        ]

    def match(self, method: str, path: str) -> Match | None:
        """The first function that takes this method and raw path, or None."""
        path = unescape(path)
        for route in self._routes:
            if route.trigger.methods is not None and method.upper() not in route.trigger.methods:
                continue
            parameters = route.template.match(path)
            if parameters is not None:
                return Match(route.function, route.trigger, parameters)
        return None
