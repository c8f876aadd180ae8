"""What a handler gets (Call) and gives back (Reply), and how routes are found."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from local.simulator.errors import refuse
from local.simulator.journal import Effect
from local.simulator.knobs import Knobs
from local.simulator.messages import Json, Request, lower_keys
from local.simulator.tenant.records import Partner
from local.simulator.tenant.store import Store


class Service(StrEnum):
    """Which of the four services a route belongs to: decides the token it wants and its error shape."""

    PARTNER_CENTER = "partnerCenter"
    TOKEN = "token"
    GRAPH = "graph"
    ARM = "arm"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: the tenant that the token is for, the application, and whether a user stands behind it."""

    tenant_id: str
    app_id: str
    app_only: bool
    scopes: frozenset[str] = frozenset()


@dataclass(slots=True)
class Call:
    """One request on its way through a handler, and what the journal will say of it."""

    request: Request
    now: datetime
    machine_now: datetime
    store: Store
    knobs: Knobs
    partner: Partner
    signing_key: bytes
    args: dict[str, str] = field(default_factory=dict)
    identity: Identity | None = None
    customer: str | None = None
    holding: str | None = None
    effects: list[Effect] = field(default_factory=list)

    def effect(self, name: str, holding: str) -> None:
        """Note a real change of state."""
        self.effects.append(Effect(name, holding))

    def json_body(self) -> Json:
        """The body as JSON. ApiError 400/800002 if it is none."""
        if not self.request.body:
            raise refuse("800002", text="the body is missing")
        try:
            return json.loads(self.request.body.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise refuse("800002", text="the body is not JSON") from None

    def json_object(self) -> dict[str, Json]:
        """The body as a JSON object with lower-case keys. ApiError 400/800002 if it is none."""
        body = self.json_body()
        if not isinstance(body, dict):
            raise refuse("800002", text="the body must be a JSON object")
        lower: dict[str, Json] = lower_keys(body)
        return lower


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before it becomes bytes. *raw* wins over *payload*; None and b"" give an empty body."""

    status: int = 200
    payload: Json = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    pascal: bool = False
    bom: bool = False


Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path template, such as ``/v1/customers/{customer}``."""

    method: str
    template: str
    handler: Handler
    service: Service
    app_only: bool = True

    @property
    def segments(self) -> tuple[str, ...]:
        """The template's parts, lower case except for names in braces."""
        parts = self.template.strip("/").split("/")
        return tuple(part if part.startswith("{") else part.lower() for part in parts)


class Router:
    """Finds the route of a path. Fixed parts compare without case; a trailing slash is allowed."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._routes: dict[tuple[str, int], list[tuple[tuple[str, ...], Route]]] = {}
        for route in routes:
            key = (route.method, len(route.segments))
            self._routes.setdefault(key, []).append((route.segments, route))
        for found in self._routes.values():  # fixed parts before named ones
            found.sort(key=lambda pair: [part.startswith("{") for part in pair[0]])

    def known_prefix(self, path: str) -> int:
        """How many parts of the path, from its start, begin some route, whatever its method."""
        lower = path.strip("/").lower().split("/")
        best = 0
        for found in self._routes.values():
            for segments, _ in found:
                best = max(best, _shared(segments, lower))
        return best

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and its named parts, or None."""
        parts = path.strip("/").split("/")
        lower = [part.lower() for part in parts]
        for segments, route in self._routes.get((method, len(parts)), ()):
            args: dict[str, str] = {}
            for segment, part, low in zip(segments, parts, lower, strict=True):
                if segment.startswith("{"):
                    args[segment[1:-1]] = part
                elif segment != low:
                    break
            else:
                return route, args
        return None


def _shared(segments: tuple[str, ...], parts: list[str]) -> int:
    """How many parts fit the template, from its start."""
    count = 0
    for segment, part in zip(segments, parts, strict=False):
        if not segment.startswith("{") and segment != part:
            break
        count += 1
    return count
