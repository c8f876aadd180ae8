"""Entry points as the worker calls them: by name, with azure.functions' own objects."""

from __future__ import annotations

import base64
import json
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import azure.functions as func

from local.host.service_bus.by_hand import received
from local.host.service_bus.convert import message_argument
from local.host.signature import ArgumentKind
from shared.domain.people.rights import Role

# Run, not imported: tests of the host index other apps under this module name.
APP: func.FunctionApp = runpy.run_path(str(Path(__file__).resolve().parents[3] / "function_app.py"))["app"]
_INDEXED = APP.get_functions()  # which an app answers once
FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.get_function_name() or "": function.get_user_function() for function in _INDEXED
}
TRIGGERS: dict[str, Any] = {function.get_function_name() or "": function.get_trigger() for function in _INDEXED}
CONTEXT = SimpleNamespace(invocation_id="3f2c9c5e-8f36-4d8a-9a0e-2f0a5b1c7d11")


def message(body: bytes, properties: Mapping[bytes, bytes] | None = None, **own: str) -> func.ServiceBusMessage:
    """A received message (id "id-1") through the worker's converter; `own` are the message's own properties."""
    encoded = {name: value.encode() for name, value in own.items()}
    item = received(body, properties=encoded, application_properties=properties)
    argument = message_argument(item, binary=True, kind=ArgumentKind.BOUND)
    assert isinstance(argument, func.ServiceBusMessage)
    return argument


def deliver(name: str, body: bytes, properties: Mapping[bytes, bytes] | None = None, **own: str) -> None:
    """Call a queue function with one message."""
    FUNCTIONS[name](message(body, properties, **own), CONTEXT)


KEY = {"x-functions-key": "the-key"}
"""A program."""


class Around:
    """The platform, which knows one key, and takes forgeries away or not."""

    def __init__(self, *, clean: bool = True) -> None:
        self.clean = clean

    def key_is_valid(self, key: str) -> bool:
        return key == KEY["x-functions-key"]

    def takes_away_forgeries(self) -> bool:
        return self.clean


def person(name: str, *roles: Role) -> dict[str, str]:
    """The header that App Service Authentication writes; the object id follows from the name."""
    claims = [("name", name), ("oid", str(uuid5(NAMESPACE_OID, name))), *(("roles", role.value) for role in roles)]
    principal = {"auth_typ": "aad", "claims": [{"typ": typ, "val": value} for typ, value in claims]}
    return {"X-MS-CLIENT-PRINCIPAL": base64.b64encode(json.dumps(principal).encode()).decode()}


OPERATOR = person("Ms. Operator", *Role)


class Answer:
    """What an HTTP function answered."""

    def __init__(self, response: func.HttpResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.type = response.mimetype
        self.body = response.get_body()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    name: str,
    body: bytes = b"",
    *,
    route: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    url: str = "https://host/api/offboardings",
) -> Answer:
    """Call an HTTP function: as an operator who may do everything, or as whoever `headers` say."""
    request = func.HttpRequest(
        method="POST" if body else "GET",
        url=url,
        headers=dict(OPERATOR if headers is None else headers),
        params=dict(query or {}),
        route_params=dict(route or {}),
        body=body,
    )
    return Answer(FUNCTIONS[name](request, CONTEXT))


def seen(identity: str) -> dict[str, str]:
    """If-Match with the ETag that GET shows now."""
    return {"If-Match": call("get_offboarding", route={"id": identity}).headers["ETag"]}
