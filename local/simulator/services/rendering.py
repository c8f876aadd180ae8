"""From a Reply or an ApiError to bytes, with the headers that each service sends."""

from datetime import datetime
from uuid import uuid4

from local.simulator.errors import ApiError, arm_body, graph_body, oauth_body, partner_center_body
from local.simulator.knobs import Knobs, Oddity
from local.simulator.messages import Json, Request, Response, encode
from local.simulator.services.call import Reply, Service
from local.simulator.times import iso
from local.simulator.wire.shapes import pascal_case

_BOM = b"\xef\xbb\xbf"
_JSON = "application/json; charset=utf-8"


def render(reply: Reply, service: Service, request: Request, knobs: Knobs) -> Response:
    """The answer as bytes. Byte order mark and PascalCase follow the documentation or their knobs."""
    partner_center = service is Service.PARTNER_CENTER
    headers = _headers(service, request) | _mfa(service, request, knobs, "true") | reply.headers
    if reply.raw is not None or reply.payload is None:
        body = reply.raw or b""
    else:
        pascal = partner_center and _odd(knobs.pascal_case, reply.pascal)
        body = encode(pascal_case(reply.payload) if pascal else reply.payload)
        if partner_center and _odd(knobs.bom, reply.bom):
            body = _BOM + body
    if body:
        headers["Content-Type"] = _JSON
    return Response(reply.status, headers, body)


def render_error(error: ApiError, service: Service, call_now: datetime, request: Request, knobs: Knobs) -> Response:
    """The refusal in the service's own shape."""
    request_id = request.header("client-request-id") or str(uuid4())
    payload: Json
    if service is Service.PARTNER_CENTER:
        payload = partner_center_body(error, knobs.error_codes)
    elif service is Service.TOKEN:
        payload = oauth_body(error, iso(call_now), request_id)
    else:
        if error.code.isdigit():  # a body that could not be read, refused before the service's own checks
            error = ApiError(error.status, "BadRequest", error.text, error.headers)
        payload = graph_body(error, request_id, iso(call_now)) if service is Service.GRAPH else arm_body(error)
    headers = _headers(service, request) | error.headers | {"Content-Type": _JSON}
    if error.code == "900421":
        headers |= _mfa(service, request, knobs, "false")
    return Response(error.status, headers, encode(payload))


def service_of(path: str) -> Service:
    """Whose shape an unknown path is refused in: Partner Center's unless it clearly is another's."""
    lower = path.lower()
    if lower.startswith("/v1.0/"):
        return Service.GRAPH
    return Service.ARM if lower.startswith("/providers/") else Service.PARTNER_CENTER


def _odd(knob: Oddity, documented: bool) -> bool:
    return knob is Oddity.ALWAYS or (knob is Oddity.DOCUMENTED and documented)


def _mfa(service: Service, request: Request, knobs: Knobs, compliant: str) -> dict[str, str]:
    """The answer to ``ValidateMfa: true``."""
    asked = service is Service.PARTNER_CENTER and (request.header("validatemfa") or "").lower() == "true"
    return {"isMfaCompliant": compliant} if asked and knobs.validate_mfa_answer == "header" else {}


def _echo(value: str | None) -> str | None:
    """A request header that may be sent back: one printable line."""
    return value if value and value.isprintable() and len(value) <= 200 else None


def _headers(service: Service, request: Request) -> dict[str, str]:
    if service is Service.PARTNER_CENTER:
        return {
            "MS-RequestId": _echo(request.header("ms-requestid")) or str(uuid4()),
            "MS-CorrelationId": _echo(request.header("ms-correlationid")) or str(uuid4()),
            "MS-CV": "simulator.0",
            "MS-ServerId": "101112201",
            "X-Locale": _echo(request.header("x-locale")) or "en-US",
        }
    if service is Service.GRAPH:
        return {"request-id": str(uuid4())}
    return {"x-ms-request-id": str(uuid4())}
