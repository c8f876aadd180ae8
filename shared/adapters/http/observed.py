"""What telemetry tells of one call: method, route, answer, time. Never a query, a header, a body or a token (I12)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping

from shared.adapters.http.answer import Answer, error_report
from shared.adapters.http.call import Call
from shared.adapters.http.route import route_of
from shared.ports.telemetry import Metric, Property, Span, SpanKind, Value, telemetry

OTHER = "other"
NO_STATUS = "none"
_CODE = re.compile(r"[0-9]{1,7}|(?=.{1,40}$)[A-Za-z]+(_[A-Za-z]+)*")


def code_of(answer: Answer) -> str:
    """The service's error code where it has the form of one: a number or a word. A service may answer with anything,
    and a metric has a row for each."""
    code = error_report(answer).code
    return code if not code or _CODE.fullmatch(code) else OTHER


def observed(service: str, call: Call, headers: Mapping[str, str], send: Callable[[], Answer]) -> Answer:
    """What `send` answers; raises what it raises."""
    current = telemetry()
    if not current.on:
        return send()
    known = _known(service, call, headers)
    with current.span(f"{call.method} {known[Property.ROUTE]}", known, SpanKind.CALL) as span:
        began, answer = time.monotonic(), None
        try:
            answer = send()
        finally:
            passed = (time.monotonic() - began) * 1000
            current.measure(Metric.CALL_DURATION, passed, _some(known, Property.SERVICE, Property.METHOD))
            counted = _ended(span, answer)
            current.measure(Metric.CALLS, 1, {**_some(known, Property.SERVICE, Property.METHOD), **counted})
    return answer


def _known(service: str, call: Call, headers: Mapping[str, str]) -> dict[Property, Value]:
    known: dict[Property, Value] = {
        Property.SERVICE: service,
        Property.METHOD: call.method,
        Property.ROUTE: route_of(call.path),
        Property.MS_REQUEST_ID: headers.get("MS-RequestId", ""),
        Property.CORRELATION_ID: headers.get("MS-CorrelationId", ""),
    }
    if call.resend:
        known[Property.RESEND] = 1
    return known


def _ended(span: Span, answer: Answer | None) -> dict[Property, Value]:
    """Say how it ended; returns the dimensions that follow."""
    if answer is None:
        span.fail()
        return {Property.STATUS: NO_STATUS, Property.CODE: ""}
    code = "" if answer.ok else code_of(answer)
    # As a number: what the service said. The dimension of the metric is a text.
    span.say({Property.STATUS: answer.status, **({Property.CODE: code} if code else {})})
    if answer.status >= 400:
        span.fail()
    return {Property.STATUS: str(answer.status), Property.CODE: code}


def _some(known: Mapping[Property, Value], *names: Property) -> dict[Property, Value]:
    return {name: known[name] for name in names}
