"""What all HTTP functions share: who may, how an answer is written, and what becomes of an error."""

import logging
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced
from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError
from shared.domain.people.rights import Operation

if TYPE_CHECKING:
    from shared.contracts.base import WireModel
    from shared.contracts.problems import Problem
    from shared.domain.offboarding.record import Offboarding
    from shared.domain.people.actor import Actor
    from shared.operations.carry_out import Word
    from shared.ports.store import Stored

log = logging.getLogger("offboarding")
PATH = "/api/offboardings"
POLL_AFTER = "5"


def admit(req: func.HttpRequest, operation: Operation, about: "Offboarding | None" = None) -> "Actor":
    return bootstrap.front_door().admit(operation, req.headers, req.params, about)


def answered(
    context: func.Context, work: Callable[[], func.HttpResponse], *, of_request: bool = False
) -> func.HttpResponse:
    """The answer of `work`, or what went wrong. `of_request`: what to do about a mistake is that of a request."""
    from shared.contracts.problems import problem, problem_of

    with traced(context):
        try:
            return work()
        except OffboardingError as error:
            found = problem_of(error, of_request=of_request)
            if found.status >= 500:
                log.exception("request failed")
            return problem_answer(found)
        except Exception:
            log.exception("request failed unexpectedly")
            text = f"an unexpected error happened; look for invocation {context.invocation_id} in the log"
            return problem_answer(problem(ReasonCode.INTERNAL_ERROR, text))


def about(identity: str) -> "Offboarding | None":
    """What an operation is about, None when there is no such offboarding."""
    stored = bootstrap.services().store.load(identity)
    return stored.offboarding if stored is not None else None


def told(req: func.HttpRequest, identity: str, operation: Operation, word: "Word") -> func.HttpResponse:
    """What somebody says about one offboarding is carried out, if it is still what the caller saw."""
    from shared.contracts.etags import wanted_match
    from shared.contracts.idempotency import once_of
    from shared.contracts.problems import problem_of
    from shared.operations.carry_out import carry_out

    try:
        once = once_of(req.headers, operation, word.by, req.get_body())
        seen = replace(word, etag=wanted_match(req.headers), once=once)
        stored = carry_out(identity, seen, bootstrap.services())
    except OffboardingError as error:
        found = problem_of(error, of_request=False)
        if found.status >= 500:
            raise
        return problem_answer(found.model_copy(update={"offboarding_id": identity}))
    return accepted(stored) if stored is not None else not_found(identity)


def accepted(stored: "Stored", headers: dict[str, str] | None = None) -> func.HttpResponse:
    """202: the offboarding as it was stored, with the ETag of exactly that."""
    from shared.contracts.etags import header_etag
    from shared.contracts.summary import summary_view

    etag = {"ETag": header_etag(stored.etag)}
    return json_answer(202, summary_view(stored.offboarding), etag | (headers or {}))


def not_found(identity: str) -> func.HttpResponse:
    return problem_answer(unknown(identity))


def unknown(identity: str) -> "Problem":
    from shared.contracts.problems import problem

    return problem(ReasonCode.NOT_FOUND, f"there is no offboarding {identity[:80]}")


def json_answer(status: int, model: "WireModel", headers: dict[str, str] | None = None) -> func.HttpResponse:
    return func.HttpResponse(model.to_json(), status_code=status, mimetype="application/json", headers=headers)


def looked_at(
    req: func.HttpRequest, model: "WireModel", etag: str = "", headers: dict[str, str] | None = None
) -> func.HttpResponse:
    """What somebody reads: 200, or 304 without a body where the caller has it already (If-None-Match).

    Without `etag` it is that of the content. Nothing on the way may keep it, and whoever has it asks again."""
    from shared.contracts.etags import content_etag, not_modified

    text = model.to_json()
    told = {"ETag": etag or content_etag(text), "Cache-Control": "private, no-cache", **(headers or {})}
    if not_modified(req.headers, told["ETag"]):
        return func.HttpResponse(status_code=304, headers=told)
    return func.HttpResponse(text, status_code=200, mimetype="application/json", headers=told)


def found_at(req: func.HttpRequest, path: str) -> str:
    """The address of a path of this app, for a Location."""
    from shared.contracts.places import place_of

    return place_of(path, req.url, bootstrap.own_host())


def problem_answer(found: "Problem") -> func.HttpResponse:
    from shared.contracts.problems import CONTENT_TYPE

    headers = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    if found.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = POLL_AFTER
    return func.HttpResponse(found.to_json(), status_code=found.status, mimetype=CONTENT_TYPE, headers=headers)
