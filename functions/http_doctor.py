"""What `offboard doctor` finds, asked of the running app."""

import azure.functions as func

from functions.http_answers import admit, answered
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

bp = func.Blueprint()


@bp.function_name("doctor")
@bp.route(route="api/doctor", methods=["GET"])
def doctor(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Look at sign-in, role, store and queues; changes nothing and takes nothing away."""
    return answered(context, lambda: _look(req))


def _look(req: func.HttpRequest) -> func.HttpResponse:
    from shared.composition.doctor.look import look

    admit(req, Operation.DOCTOR)
    found = look(bootstrap.probe, bootstrap.services().clock.monotonic)
    return func.HttpResponse(found, mimetype="application/json")
