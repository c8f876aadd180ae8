"""``/_simulator/*``: what a test or an operator asks of the simulator itself. Never journaled."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from local.simulator.faults.models import Rule
from local.simulator.knobs import Knobs
from local.simulator.knobs.listing import knobs_body
from local.simulator.messages import Json, Request, Response, encode
from local.simulator.scenario.change import Change
from local.simulator.services.control.state import state_body
from local.simulator.services.entra.people import APP, issue_person, issuer, public_keys
from local.simulator.times import iso7, parse_moment

if TYPE_CHECKING:
    from local.simulator.simulator import Simulator

CONTROL_PREFIX = "/_simulator"
_RULES: TypeAdapter[list[Rule]] = TypeAdapter(list[Rule])
_MAXIMUM_STEP = timedelta(days=366 * 20)
_TEXT_LIMIT = 2000


def control(simulator: "Simulator", request: Request, now: datetime) -> Response:
    """Answer a control request; 400 with an error text for anything that does not fit."""
    handler = _HANDLERS.get((request.method, request.path.rstrip("/").removeprefix(CONTROL_PREFIX)))
    if handler is None:
        return _json(404, {"error": f"there is no {request.method} {request.path}"})
    try:
        return handler(simulator, request, now)
    except ValidationError as error:
        return _json(400, {"error": _readable(error)})
    except (ValueError, RecursionError, OverflowError) as error:
        return _json(400, {"error": str(error)[:_TEXT_LIMIT]})


def _journal(simulator: "Simulator", request: Request, _: datetime) -> Response:
    first = request.params().get("from", "1")
    if not first.isdecimal():
        raise ValueError("from must be a sequence number")
    headers = {"Content-Type": "application/x-ndjson; charset=utf-8"}
    return Response(200, headers, simulator.journal.lines(int(first)))


def _state(simulator: "Simulator", request: Request, now: datetime) -> Response:
    customer = request.params().get("customer")
    body = state_body(simulator, now, customer.lower() if customer else None)
    return _json(404 if customer and not body["customers"] else 200, body)


def _get_clock(simulator: "Simulator", _: Request, now: datetime) -> Response:
    offset = (now - simulator.machine_clock()).total_seconds()
    return _json(200, {"now": iso7(now), "offsetSeconds": round(offset, 3)})


def _set_clock(simulator: "Simulator", request: Request, now: datetime) -> Response:
    body = _object(request)
    if set(body) == {"advance"}:
        target = parse_moment(f"+{body['advance']}", now)
    elif set(body) == {"to"}:
        target = parse_moment(str(body["to"]), now)
    else:
        raise ValueError('the body must be {"advance": "P30D"} or {"to": "2027-01-31T00:00:00Z"}')
    if target < now:
        raise ValueError("business time never goes backwards")
    if target - now > _MAXIMUM_STEP:
        raise ValueError("one step is at most 20 years")
    return _get_clock(simulator, request, simulator.advance_clock(target - now))


def _get_faults(simulator: "Simulator", _: Request, __: datetime) -> Response:
    return Response(200, {"Content-Type": "application/json"}, simulator.faults.dump().encode())


def _add_faults(simulator: "Simulator", request: Request, now: datetime) -> Response:
    body = _parsed(request)
    items = body if isinstance(body, list) else [body]
    simulator.faults.add(_RULES.validate_python(items))
    simulator.save()
    return _get_faults(simulator, request, now)


def _clear_faults(simulator: "Simulator", request: Request, now: datetime) -> Response:
    simulator.faults.clear()
    simulator.save()
    return _get_faults(simulator, request, now)


def _mutate(simulator: "Simulator", request: Request, now: datetime) -> Response:
    body = _parsed(request)
    for one in body if isinstance(body, list) else [body]:
        simulator.change(Change.model_validate(one), now)
    simulator.save()
    simulator.settle()
    return _json(200, {"now": iso7(now)})


def _get_knobs(simulator: "Simulator", _: Request, __: datetime) -> Response:
    return _json(200, knobs_body(simulator.knobs))


def _patch_knobs(simulator: "Simulator", request: Request, now: datetime) -> Response:
    merged = simulator.knobs.model_dump(mode="json", by_alias=True) | _object(request)
    simulator.set_knobs(Knobs.model_validate(merged))
    return _json(200, simulator.knobs.model_dump(mode="json", by_alias=True))


def _people(simulator: "Simulator", request: Request, _: datetime) -> Response:
    partner, key, origin = simulator.partner, simulator.signing_key, request.origin
    people: list[Json] = [
        {
            "name": one.name,
            "objectId": one.object_id,
            "username": one.username,
            "roles": list(one.roles),
            "token": issue_person(one, partner, origin, key, simulator.machine_clock()),
        }
        for one in partner.people
    ]
    return _json(200, {"issuer": issuer(origin, partner), "audience": APP, "jwks": public_keys(key), "people": people})


def _health(_: "Simulator", __: Request, now: datetime) -> Response:
    return _json(200, {"ready": True, "now": iso7(now)})


def _parsed(request: Request) -> Json:
    try:
        return json.loads(request.body.decode("utf-8"))
    except (UnicodeDecodeError, ValueError):
        raise ValueError("the body is not JSON") from None


def _object(request: Request) -> dict[str, Json]:
    body = _parsed(request)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    return body


def _json(status: int, body: Json) -> Response:
    return Response(status, {"Content-Type": "application/json; charset=utf-8"}, encode(body))


def _readable(error: ValidationError) -> str:
    found = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
    return "; ".join(found)[:_TEXT_LIMIT]


_HANDLERS: dict[tuple[str, str], Callable[["Simulator", Request, datetime], Response]] = {
    ("GET", "/health"): _health,
    ("GET", "/journal"): _journal,
    ("GET", "/state"): _state,
    ("GET", "/clock"): _get_clock,
    ("POST", "/clock"): _set_clock,
    ("GET", "/faults"): _get_faults,
    ("POST", "/faults"): _add_faults,
    ("DELETE", "/faults"): _clear_faults,
    ("POST", "/mutate"): _mutate,
    ("GET", "/people"): _people,
    ("GET", "/knobs"): _get_knobs,
    ("PATCH", "/knobs"): _patch_knobs,
}
