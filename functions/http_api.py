"""The HTTP interface: POST and GET /api/offboardings, resume. Function keys are checked by the host."""

import logging
from collections.abc import Callable

import azure.functions as func

from shared import bootstrap
from shared.contracts.base import WireModel
from shared.contracts.problems import CONTENT_TYPE, Problem, problem, problem_of
from shared.contracts.request import parse_request
from shared.contracts.views import summary_view
from shared.domain.errors import OffboardingError
from shared.stages.accept import LIVE_WITH_OTHER_OPTIONS, accept
from shared.stages.operate import NotResumableError, resume
from shared.stages.show import show, show_page
from shared.telemetry import traced

bp = func.Blueprint()
log = logging.getLogger("offboarding")
PATH = "/api/offboardings"
POLL_AFTER = "5"


@bp.function_name("create_offboarding")
@bp.route(route="offboardings", methods=["POST"])
def create_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Accept a request: 202 with where to look for its progress."""
    return _answered(context, lambda: _create(req))


@bp.function_name("list_offboardings")
@bp.route(route="offboardings", methods=["GET"])
def list_offboardings(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """List offboardings, newest first, by status and customer."""
    return _answered(context, lambda: _json(200, show_page(req.params, PATH, bootstrap.services())))


@bp.function_name("get_offboarding")
@bp.route(route="offboardings/{id}", methods=["GET"])
def get_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Show one offboarding with everything that is known about it."""
    return _answered(context, lambda: _get(req.route_params["id"]))


@bp.function_name("resume_offboarding")
@bp.route(route="offboardings/{id}/resume", methods=["POST"])
def resume_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Go on with an offboarding that needed attention."""
    return _answered(context, lambda: _resume(req.route_params["id"]))


def _create(req: func.HttpRequest) -> func.HttpResponse:
    accepted = accept(parse_request(req.get_body()), bootstrap.services())
    offboarding = accepted.offboarding
    reason = offboarding.reason
    if reason is not None and reason.code == LIVE_WITH_OTHER_OPTIONS:
        found = problem(409, reason.code, reason.text, reason.operator_action, offboarding.id)
        return _problem(found.model_copy(update={"live_offboarding_id": offboarding.other_id}))
    place = f"{PATH}/{offboarding.id}"
    headers = {"Location": place, "Operation-Location": place, "Retry-After": POLL_AFTER}
    return _json(202, summary_view(offboarding), headers)


def _get(identity: str) -> func.HttpResponse:
    view = show(identity, bootstrap.services())
    return _json(200, view) if view is not None else _not_found(identity)


def _resume(identity: str) -> func.HttpResponse:
    try:
        offboarding = resume(identity, "a holder of the function key", bootstrap.services())
    except NotResumableError as error:
        return _problem(problem(409, error.code, str(error), "", identity))
    return _json(202, summary_view(offboarding)) if offboarding is not None else _not_found(identity)


def _answered(context: func.Context, work: Callable[[], func.HttpResponse]) -> func.HttpResponse:
    with traced(context):
        try:
            return work()
        except OffboardingError as error:
            found = problem_of(error)
            if found.status >= 500:
                log.exception("request failed")
            return _problem(found)
        except Exception:
            log.exception("request failed unexpectedly")
            text = f"an unexpected error happened; look for invocation {context.invocation_id} in the log"
            return _problem(problem(500, "internal_error", text))


def _not_found(identity: str) -> func.HttpResponse:
    return _problem(problem(404, "not_found", f"there is no offboarding {identity[:80]}"))


def _json(status: int, model: WireModel, headers: dict[str, str] | None = None) -> func.HttpResponse:
    return func.HttpResponse(model.to_json(), status_code=status, mimetype="application/json", headers=headers)


def _problem(found: Problem) -> func.HttpResponse:
    headers = {"Retry-After": POLL_AFTER} if found.status == 503 else None
    return func.HttpResponse(found.to_json(), status_code=found.status, mimetype=CONTENT_TYPE, headers=headers)
