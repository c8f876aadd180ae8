"""What fired rules do to an answer."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from local.simulator.errors import ApiError, arm_body, graph_body, partner_center_body
from local.simulator.faults.engine import Fired
from local.simulator.faults.models import (
    Delay,
    DropAfter,
    DropBefore,
    Empty,
    Html,
    KillFault,
    Rewrite,
    StatusFault,
    ThrottleFault,
    Truncate,
)
from local.simulator.messages import Cut, Delivery, Json, Response, encode
from local.simulator.services.call import Service
from local.simulator.services.throttle import throttled

_PAGE = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>Bad Gateway</h1>"
    b"</center><hr><center>Microsoft-Azure-Application-Gateway/v2</center></body></html>"
)
_LISTS = ("items", "value")


def instead(fired: list[Fired], service: Service) -> tuple[Response, str | None] | None:
    """The answer that replaces the call altogether (and its error code), or None. Status 0: no answer."""
    for one in fired:
        action = one.action
        if isinstance(action, StatusFault):
            return _status(action, service), action.code if action.body is None else None
        if isinstance(action, ThrottleFault):
            return throttled(action.retry_after), None
        if isinstance(action, Html):
            return Response(action.status, {"Content-Type": "text/html"}, _PAGE), None
        if isinstance(action, DropBefore):
            return Response(0, delivery=Delivery(cut=Cut.DROP)), None
    return None


def afterwards(fired: list[Fired], answer: Response) -> Response:
    """The answer as the caller gets it, after all rules that change or cut it."""
    for one in fired:
        action = one.action
        if isinstance(action, Truncate | Empty | Rewrite):
            answer = _changed(action, answer)
        elif isinstance(action, Delay):
            answer = replace(answer, delivery=replace(answer.delivery, delay_seconds=action.seconds))
        elif isinstance(action, DropAfter):
            answer = replace(answer, delivery=replace(answer.delivery, cut=Cut.DROP))
        elif isinstance(action, KillFault):
            cut = Cut.KILL_BEFORE_ANSWER if action.when == "before" else Cut.KILL_AFTER_ANSWER
            delivery = replace(answer.delivery, cut=cut, kill_pid=action.pid, kill_group=action.group)
            answer = replace(answer, delivery=delivery)
    return answer


def _status(action: StatusFault, service: Service) -> Response:
    headers = {"Content-Type": "application/json; charset=utf-8"} | action.headers
    if action.body is not None:
        body = action.body.encode() if isinstance(action.body, str) else encode(action.body)
        return Response(action.status, headers, body)
    error = ApiError(action.status, action.code, action.description)
    payload: Json = partner_center_body(error, "mixed")
    if service is Service.ARM:
        payload = arm_body(error)
    elif service is Service.GRAPH:
        payload = graph_body(error, "injected", "")
    elif service is Service.TOKEN:
        payload = {"error": action.code, "error_description": action.description}
    return Response(action.status, headers, encode(payload))


def _changed(action: Truncate | Empty | Rewrite, answer: Response) -> Response:
    try:
        body = answer.json()
    except ValueError:
        return answer
    if isinstance(action, Rewrite):
        for pointer, value in action.set.items():
            for holder, key in _places(body, pointer.strip("/").split("/")):
                holder[key] = value
        for pointer in action.remove:
            for holder, key in _places(body, pointer.strip("/").split("/")):
                _remove(holder, key)
    else:
        keep = action.keep if isinstance(action, Truncate) else 0
        follows = isinstance(action, Empty) or action.total_count == "follows"
        body = _shortened(body, keep, follows)
    return replace(answer, body=json.dumps(body).encode())


def _shortened(body: Json, keep: int, follows: bool) -> Json:
    if isinstance(body, list):
        return body[:keep]
    if isinstance(body, dict):
        for name in _LISTS:
            if isinstance(body.get(name), list):
                body[name] = body[name][:keep]
                if follows and "totalCount" in body:
                    body["totalCount"] = len(body[name])
    return body


def _places(value: Json, parts: list[str]) -> Iterator[tuple[Json, Any]]:
    head, rest = parts[0], parts[1:]
    keys: list[Any] = []
    if isinstance(value, list):
        keys = list(range(len(value))) if head == "*" else [int(head)] if head.isdecimal() else []
        keys = [key for key in keys if key < len(value)]
    elif isinstance(value, dict):
        keys = [head]
    for key in keys:
        if not rest:
            yield value, key
        elif isinstance(value, list) or key in value:
            yield from _places(value[key], rest)


def _remove(holder: Json, key: Any) -> None:
    if isinstance(holder, dict):
        holder.pop(key, None)
    else:
        del holder[key]
