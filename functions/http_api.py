"""The HTTP interface: POST and GET /api/offboardings, resume, overrides. Who may do what: shared/domain/people."""

from dataclasses import replace
from typing import TYPE_CHECKING

import azure.functions as func

from functions.http_answers import (
    PATH,
    POLL_AFTER,
    about,
    accepted,
    admit,
    answered,
    found_at,
    json_answer,
    looked_at,
    not_found,
    problem_answer,
    told,
    unknown,
)
from shared.composition import bootstrap
from shared.domain.errors import OffboardingError
from shared.domain.people.rights import Operation

if TYPE_CHECKING:
    from shared.contracts.resume import ResumedOne
    from shared.operations.carry_out import Word
    from shared.pipeline.core.services import Services

bp = func.Blueprint()


@bp.function_name("create_offboarding")
@bp.route(route="api/offboardings", methods=["POST"])
def create_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Accept a request: 202 with where to look for its progress."""
    return answered(context, lambda: _create(req), of_request=True)


@bp.function_name("list_offboardings")
@bp.route(route="api/offboardings", methods=["GET"])
def list_offboardings(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """List offboardings, newest first, by status and customer."""
    return answered(context, lambda: _list(req))


@bp.function_name("get_offboarding")
@bp.route(route="api/offboardings/{id}", methods=["GET"])
def get_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Show one offboarding with everything that is known about it."""
    return answered(context, lambda: _get(req, req.route_params["id"]))


@bp.function_name("get_evidence")
@bp.route(route="api/offboardings/{id}/evidence", methods=["GET"])
def get_evidence(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The evidence of one offboarding as a file, for `offboard verify-evidence`; `part=texts`: its personal texts."""
    return answered(context, lambda: _evidence(req, req.route_params["id"]))


@bp.function_name("resume_offboarding")
@bp.route(route="api/offboardings/{id}/resume", methods=["POST"])
def resume_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Go on with an offboarding that needed attention."""
    return answered(context, lambda: _resume(req, req.route_params["id"]))


@bp.function_name("resume_offboardings")
@bp.route(route="api/offboardings/resume", methods=["POST"])
def resume_offboardings(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Go on with several offboardings that needed attention: each has an answer of its own."""
    return answered(context, lambda: _resume_list(req))


@bp.function_name("override_blocker")
@bp.route(route="api/offboardings/{id}/overrides", methods=["POST"])
def override_blocker(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Take a person's word that one blocker of one holding has ended."""
    return answered(context, lambda: _override(req, req.route_params["id"]))


def _create(req: func.HttpRequest) -> func.HttpResponse:
    from shared.contracts.problems import refused_beside
    from shared.contracts.request import parse_request
    from shared.intake.accept import accept
    from shared.ports.store import Stored

    actor = admit(req, Operation.CREATE)
    answer = accept(parse_request(req.get_body()), bootstrap.services(), actor)
    offboarding = answer.offboarding
    refused = refused_beside(offboarding)
    if refused is not None:
        return problem_answer(refused)
    place = found_at(req, f"{PATH}/{offboarding.id}")
    headers = {"Location": place, "Operation-Location": place, "Retry-After": POLL_AFTER}
    return accepted(Stored(offboarding, answer.etag), headers)


def _list(req: func.HttpRequest) -> func.HttpResponse:
    from shared.operations.show import show_page

    admit(req, Operation.LIST)
    return looked_at(req, show_page(req.params, PATH, bootstrap.services()))


def _get(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.contracts.etags import header_etag
    from shared.operations.show import show

    admit(req, Operation.SHOW)
    shown = show(identity, bootstrap.services())
    if shown is None:
        return not_found(identity)
    wait = {"Retry-After": str(shown.look_after)} if shown.look_after is not None else None
    return looked_at(req, shown.view, header_etag(shown.etag, shown.drift), wait)


def _evidence(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.operations.show import show_evidence

    admit(req, Operation.EVIDENCE)
    content = show_evidence(identity, req.params, bootstrap.services())
    if content is None:
        return not_found(identity)
    part = "texts" if "part" in req.params else "evidence"
    headers = {"Content-Disposition": f'attachment; filename="{identity}.{part}.jsonl"'}
    return func.HttpResponse(content, mimetype="application/jsonl", headers=headers)


def _resume_list(req: func.HttpRequest) -> func.HttpResponse:
    from shared.contracts.idempotency import once_of
    from shared.contracts.resume import ResumedList, parse_resume_list
    from shared.operations.resume import resuming_one_of_many

    actor = admit(req, Operation.RESUME)
    wanted, services = parse_resume_list(req.get_body()), bootstrap.services()
    once = once_of(req.headers, Operation.RESUME, actor, req.get_body())
    word = replace(resuming_one_of_many(actor, wanted.reason_code, wanted.reason), once=once)
    ids = dict.fromkeys(wanted.offboarding_ids)
    return json_answer(200, ResumedList(items=tuple(_resumed(one, word, services) for one in ids)))


def _resumed(identity: str, word: "Word", services: "Services") -> "ResumedOne":
    from shared.contracts.problems import problem_of
    from shared.contracts.resume import ResumedOne
    from shared.operations.carry_out import carry_out

    try:
        stored = carry_out(identity, word, services)
    except OffboardingError as error:
        if error.retryable:
            raise  # Of the whole list: sending it again is safe.
        return ResumedOne(offboarding_id=identity, resumed=False, problem=problem_of(error, of_request=False))
    if stored is None:
        return ResumedOne(offboarding_id=identity, resumed=False, problem=unknown(identity))
    return ResumedOne(offboarding_id=identity, resumed=True, status=stored.offboarding.status.value)


def _resume(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.contracts.given_reason import parse_resume
    from shared.operations.resume import resuming

    actor = admit(req, Operation.RESUME)
    said = parse_resume(req.get_body())
    if about(identity) is None:
        return not_found(identity)
    return told(req, identity, Operation.RESUME, resuming(actor, said.reason_code, said.reason))


def _override(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.contracts.override import parse_override
    from shared.operations.override import overriding

    admit(req, Operation.OVERRIDE)  # before anything is said about what is there
    found = about(identity)
    actor = admit(req, Operation.OVERRIDE, found)
    word = parse_override(req.get_body(), actor)
    if found is None:
        return not_found(identity)
    return told(req, identity, Operation.OVERRIDE, overriding(word))
