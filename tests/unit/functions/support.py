"""Entry points as the worker calls them: by name, with azure.functions' own objects."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure.functions as func

from local.host.service_bus.convert import message_argument
from local.host.signature import ArgumentKind
from tests.unit.host.messages import received

# Run, not imported: tests of the host index other apps under this module name.
APP: func.FunctionApp = runpy.run_path(str(Path(__file__).resolve().parents[3] / "function_app.py"))["app"]
FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.get_function_name() or "": function.get_user_function() for function in APP.get_functions()
}
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


class Answer:
    """What an HTTP function answered."""

    def __init__(self, response: func.HttpResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.type = response.mimetype
        self.json: Any = json.loads(response.get_body())


def call(
    name: str,
    body: bytes = b"",
    *,
    route: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
) -> Answer:
    """Call an HTTP function."""
    request = func.HttpRequest(
        method="POST" if body else "GET",
        url="https://host/api/offboardings",
        headers={},
        params=dict(query or {}),
        route_params=dict(route or {}),
        body=body,
    )
    return Answer(FUNCTIONS[name](request, CONTEXT))
