"""Which problems a route answers with: they follow from who may call it, and from what it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from shared.composition.interface.envelopes import PREFIX
from shared.composition.interface.route import Route
from shared.contracts.problems import CONTENT_TYPE, STATUSES
from shared.domain.codes import ReasonCode as Code
from shared.domain.people.rights import RIGHTS, Right

ALWAYS = frozenset(
    {
        Code.NOT_SIGNED_IN,
        Code.NOT_ALLOWED,
        Code.AUTHENTICATION_OFF,
        Code.SETTINGS_INVALID,
        Code.INTERNAL_ERROR,
        Code.UNAVAILABLE,
        Code.CONCURRENCY_CONFLICT,
    }
)
OF_BODIES = frozenset(
    {
        Code.NOT_JSON,
        Code.NOT_UTF8,
        Code.NOT_AN_OBJECT,
        Code.REPEATED_FIELD,
        Code.BODY_TOO_LARGE,
        Code.MISSING_FIELD,
        Code.UNKNOWN_FIELD,
        Code.WRONG_TYPE,
        Code.WRONG_VALUE,
    }
)
OF_QUERIES = frozenset({Code.UNKNOWN_FIELD, Code.WRONG_VALUE})
OF_RECORDS = frozenset({Code.NOT_FOUND, Code.NEWER_RECORD, Code.RECORD_RESTORED, Code.RECORD_DIFFERS})
OPEN = frozenset({HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE})
"""Where codes beside the named ones may come: every other error of the pipeline has one of these statuses."""


def codes_of(route: Route) -> frozenset[Code]:
    """The codes that a client of this route has to expect."""
    if route.operation is None:
        return frozenset()
    codes = ALWAYS | route.codes
    codes |= OF_BODIES if route.body is not None else frozenset()
    codes |= OF_QUERIES if route.query else frozenset()
    codes |= OF_RECORDS if route.parameters else frozenset()
    codes |= {Code.PRECONDITION_FAILED, Code.PRECONDITION_REQUIRED} if route.conditional else frozenset()
    codes |= {Code.IDEMPOTENCY_KEY_REUSED} if route.repeatable else frozenset()
    return codes | ({Code.OWN_REQUEST} if Right.NOT_OWN in RIGHTS[route.operation].values() else frozenset())


def failures_of(route: Route) -> dict[str, Any]:
    """The answers that are problems, by status."""
    by_status: Mapping[HTTPStatus, list[str]] = defaultdict(list)
    for code in sorted(codes_of(route)):
        by_status[STATUSES[code]].append(code.value)
    return {str(int(status)): _failure(status, codes) for status, codes in sorted(by_status.items())}


def _failure(status: HTTPStatus, codes: list[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {"$ref": f"{PREFIX}Problem"}
    named = ", ".join(f"`{code}`" for code in codes)
    if status in OPEN:
        said = f"{status.phrase}: {named} and others."
    else:
        said = f"{status.phrase}: {named}."
        schema = {"allOf": [schema, {"properties": {"code": {"enum": codes}, "status": {"const": int(status)}}}]}
    answer: dict[str, Any] = {"description": said, "content": {CONTENT_TYPE: {"schema": schema}}}
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        answer["headers"] = {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
    return answer
