"""The HTTP interface as an OpenAPI 3.1 document, from the table of routes, the models and the table of rights."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.composition.interface.envelopes import ENVELOPES, reference
from shared.composition.interface.failures import failures_of
from shared.composition.interface.headers import HEADERS, PARAMETERS
from shared.composition.interface.models import Mode, component_schemas
from shared.composition.interface.route import JSON, Content, Route
from shared.composition.interface.routes import ROUTES
from shared.contracts.problems import Problem
from shared.contracts.request import RequestV1
from shared.domain.people.rights import RIGHTS, Holder, Operation, Program, Right, Role
from shared.operations.front_door import KEY_HEADER, KEY_PARAMETER
from shared.version import VERSION

SECURITY: dict[str, dict[str, Any]] = {
    "functionKey": {
        "type": "apiKey",
        "in": "header",
        "name": KEY_HEADER,
        "description": "A function key of the whole app: a program.",
    },
    "functionKeyInQuery": {
        "type": "apiKey",
        "in": "query",
        "name": KEY_PARAMETER,
        "description": "The same in the query, where it may end up in logs: prefer the header.",
    },
    "calendarKey": {
        "type": "apiKey",
        "in": "query",
        "name": "key",
        "description": "A key of the calendar, which opens nothing else.",
    },
    "person": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A person who signs in through App Service Authentication, with an app role.",
    },
}
WHOSE = {Right.ANY: "", Right.OWN: " (what it requested itself)", Right.NOT_OWN: " (what somebody else requested)"}


@cache
def openapi() -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(f"/api/{route.path}", {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Offboarding pipeline",
            "version": VERSION,
            "summary": "Ends reseller relationships with customers, safely and on record.",
            "description": "Requests, what people say about offboardings, and what is shown of them. Errors are "
            "problem details (RFC 9457) with a stable `code`. What goes through queues and the topic of events is in "
            "the AsyncAPI document beside this one.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/", "description": "The app that serves this document."}],
        "tags": [{"name": "offboarding"}, {"name": "platform", "description": "What the app asks itself."}],
        "paths": paths,
        "components": {
            "schemas": {**component_schemas(_models()), "RequestEnvelope": ENVELOPES["RequestEnvelope"]},
            "headers": HEADERS,
            "parameters": PARAMETERS,
            "securitySchemes": SECURITY,
        },
    }


def _models() -> list[tuple[type[BaseModel], Mode]]:
    sent: list[type[BaseModel]] = [RequestV1]
    shown: list[type[BaseModel]] = [Problem]
    sent += [route.body.model for route in ROUTES if route.body is not None and route.body.model is not None]
    shown += [route.answer.content.model for route in ROUTES if route.answer.content and route.answer.content.model]
    taken: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in sent]
    given: list[tuple[type[BaseModel], Mode]] = [(model, "serialization") for model in shown]
    return taken + given


def _operation(route: Route) -> dict[str, Any]:
    description = " ".join(part for part in (route.description, _who(route)) if part)
    found: dict[str, Any] = {
        "operationId": route.function,
        "tags": ["offboarding" if route.operation else "platform"],
        "summary": route.summary,
        "description": description,
        "security": _security(route),
        "responses": {
            str(route.answer.status): _answer(route),
            **_unchanged(route),
            **failures_of(route),
            **_of_the_host(route),
        },
    }
    parameters = _parameters(route)
    if parameters:
        found["parameters"] = parameters
    if route.body is not None:
        found["requestBody"] = {"required": True, "content": _content(route.body)}
    return {name: value for name, value in found.items() if value != ""}


def _unchanged(route: Route) -> dict[str, Any]:
    if not route.cached:
        return {}
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in route.answer.headers}
    return {"304": {"description": "The caller has it already (If-None-Match).", "headers": headers}}


def _of_the_host(route: Route) -> dict[str, Any]:
    """What is answered before the app is asked, or without a body."""
    if route.function == "check_function_key":
        return {"401": {"description": "No key, or none that is valid."}}
    if route.function == "check_forged_identity":
        return {"409": {"description": "It does: nothing in front of the app takes it away."}}
    return {}


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in route.parameters
    ]
    in_query = [
        {
            "name": one.name,
            "in": "query",
            "required": one.required,
            "description": one.description,
            "schema": one.schema,
            **({"style": "form", "explode": False} if one.schema.get("type") == "array" else {}),
        }
        for one in route.query
    ]
    named = [
        ("IfMatch", route.conditional),
        ("IfNoneMatch", route.cached),
        ("IdempotencyKey", route.repeatable),
    ]
    return [*in_path, *in_query, *({"$ref": f"#/components/parameters/{name}"} for name, has in named if has)]


def _answer(route: Route) -> dict[str, Any]:
    answer = route.answer
    found: dict[str, Any] = {"description": answer.description}
    if answer.content is not None:
        found["content"] = _content(answer.content)
    if answer.headers:
        found["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in answer.headers}
    return found


def _content(content: Content) -> dict[str, Any]:
    if content.model is not None:
        schema: Any = reference(content.model)
    else:
        schema = content.schema or {"type": "string"}
    text = {"type": "string"}
    return {media: {"schema": schema if media.endswith("json") else text} for media in content.media or (JSON,)}


def _rows(route: Route) -> list[tuple[Operation, Holder, Right]]:
    named = [one for one in (route.operation, route.or_operation) if one is not None]
    return [(one, holder, right) for one in named for holder, right in RIGHTS[one].items()]


def _security(route: Route) -> list[dict[str, list[str]]]:
    keys: list[dict[str, list[str]]] = [{key: []} for key in route.keys]
    if route.operation is None:
        return keys if route.function == "check_function_key" else []
    holders = {holder for _, holder, _ in _rows(route)}
    return [*(keys if Program.KEY in holders else []), {"person": []}]


def _who(route: Route) -> str:
    rows: dict[str, None] = {}
    for _, holder, right in _rows(route):
        rows[f"{holder.value if isinstance(holder, Role) else 'a key'}{WHOSE[right]}"] = None
    return f"Who may: {', '.join(rows)}." if rows else ""
