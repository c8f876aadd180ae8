"""What people decide over HTTP: a plan is approved or rejected, an offboarding withdrawn or rescheduled, the kill
switch held or released."""

import azure.functions as func

from functions.http_answers import about, admit, answered, json_answer, not_found, told
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

bp = func.Blueprint()


@bp.function_name("approve_offboarding")
@bp.route(route="api/offboardings/{id}/approve", methods=["POST"])
def approve_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Approve the plan that the caller saw."""
    return answered(context, lambda: _decide(req, req.route_params["id"], Operation.APPROVE))


@bp.function_name("reject_offboarding")
@bp.route(route="api/offboardings/{id}/reject", methods=["POST"])
def reject_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Reject the plan that the caller saw."""
    return answered(context, lambda: _decide(req, req.route_params["id"], Operation.REJECT))


@bp.function_name("withdraw_offboarding")
@bp.route(route="api/offboardings/{id}/withdraw", methods=["POST"])
def withdraw_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Call an offboarding off, and have put back what it changed."""
    return answered(context, lambda: _withdraw(req, req.route_params["id"]))


@bp.function_name("reschedule_offboarding")
@bp.route(route="api/offboardings/{id}/reschedule", methods=["POST"])
def reschedule_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Give an offboarding another start, or other restrictions, before anything was written."""
    return answered(context, lambda: _reschedule(req, req.route_params["id"]))


@bp.function_name("get_brake")
@bp.route(route="api/brake", methods=["GET"])
def get_brake(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Show the kill switch."""
    return answered(context, lambda: _show_brake(req))


@bp.function_name("move_brake")
@bp.route(route="api/brake", methods=["PUT"])
def put_brake(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Hold or release the kill switch."""
    return answered(context, lambda: _move_brake(req))


def _decide(req: func.HttpRequest, identity: str, operation: Operation) -> func.HttpResponse:
    from shared.contracts.decision import parse_decision
    from shared.operations.approve import Decision, deciding

    admit(req, operation)  # before anything is said about what is there
    found = about(identity)
    if found is None:
        return not_found(identity)
    actor = admit(req, operation, found)
    said = parse_decision(req.get_body())
    decision = Decision(operation is Operation.APPROVE, said.plan_digest, actor, said.reason)
    return told(req, identity, operation, deciding(decision))


def _withdraw(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.contracts.given_reason import parse_reason
    from shared.operations.withdraw import CalledOff, withdrawing

    found = about(identity)
    # Whoever may only withdraw what is their own is told the same of what is not there.
    actor = admit(req, Operation.WITHDRAW, found)
    if found is None:
        return not_found(identity)
    said = CalledOff(actor, parse_reason(req.get_body()).reason)
    return told(req, identity, Operation.WITHDRAW, withdrawing(said))


def _reschedule(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.contracts.reschedule import parse_reschedule
    from shared.operations.reschedule import NewSchedule, rescheduling

    found = about(identity)
    actor = admit(req, Operation.RESCHEDULE, found)
    if found is None:
        return not_found(identity)
    said, request = parse_reschedule(req.get_body()), found.request
    start = said.not_before if "not_before" in said.model_fields_set else request.not_before
    wanted = NewSchedule(start, said.restricted(request), actor, said.reason)
    return told(req, identity, Operation.RESCHEDULE, rescheduling(wanted))


def _show_brake(req: func.HttpRequest) -> func.HttpResponse:
    from shared.contracts.brake import brake_view
    from shared.contracts.etags import header_etag

    admit(req, Operation.SHOW_BRAKE)
    stored = bootstrap.services().brakes.read()
    return json_answer(200, brake_view(stored.brake), {"ETag": header_etag(stored.etag)})


def _move_brake(req: func.HttpRequest) -> func.HttpResponse:
    from shared.contracts.brake import brake_view, is_release, parse_brake
    from shared.contracts.etags import header_etag, wanted_match
    from shared.contracts.idempotency import once_of
    from shared.domain.brake import Brake
    from shared.operations.brake import set_brake

    # Whoever may not is told the role for what is wanted; what cannot be read is neither.
    actor = admit(req, Operation.RELEASE_BRAKE if is_release(req.get_body()) else Operation.HOLD_BRAKE)
    wanted = parse_brake(req.get_body())
    services = bootstrap.services()
    once = once_of(req.headers, Operation.HOLD_BRAKE, actor, req.get_body())
    brake = Brake(wanted.held, actor, wanted.reason, services.clock.now())
    moved = set_brake(brake, wanted_match(req.headers), once, services)
    view = brake_view(moved.stored.brake, None if wanted.held else moved.woken)
    return json_answer(200, view, {"ETag": header_etag(moved.stored.etag)})
