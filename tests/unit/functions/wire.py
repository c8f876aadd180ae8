"""From an HTTP client to the entry points: routes, people and keys as the host and the platform see to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import azure.functions as func
import requests
from requests.adapters import BaseAdapter

from tests.unit.functions.support import CONTEXT, FUNCTIONS, TRIGGERS


class Wire(BaseAdapter):
    """Answers with the functions of this process; `people` are headers by token. `seen` keeps what was sent."""

    def __init__(self, people: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__()
        self._people = people
        self.seen: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.seen.append(request)
        parts = urlsplit(str(request.url))
        name, route = route_of(str(request.method), parts.path)
        headers = dict(request.headers)
        token = headers.pop("Authorization", "").removeprefix("Bearer ")
        body = request.body or b""
        asked = func.HttpRequest(
            method=str(request.method),
            url=str(request.url),
            headers=headers | dict(self._people.get(token, {})),
            params=dict(parse_qsl(parts.query)),
            route_params=route,
            body=body.encode() if isinstance(body, str) else body,
        )
        return _response(FUNCTIONS[name](asked, CONTEXT), request)

    def close(self) -> None:
        """Nothing is open."""


def route_of(method: str, path: str) -> tuple[str, dict[str, str]]:
    for name, trigger in TRIGGERS.items():
        route = getattr(trigger, "route", None)
        if route is None or method not in [str(getattr(item, "value", item)) for item in trigger.methods or ()]:
            continue
        found = re.fullmatch("/" + re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route), path)
        if found:
            return name, {key: unquote(value) for key, value in found.groupdict().items()}
    raise AssertionError(f"no function answers {method} {path}")


def _response(answer: func.HttpResponse, request: requests.PreparedRequest) -> requests.Response:
    response = requests.Response()
    response.status_code = answer.status_code
    response.headers.update(answer.headers)
    response._content = answer.get_body()
    response.url, response.request = str(request.url), request
    return response
