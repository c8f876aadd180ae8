"""What was given up on the queues, dealt with again at a person's word."""

import azure.functions as func

from functions.http_answers import admit, answered, json_answer
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

bp = func.Blueprint()


@bp.function_name("redrive_dead_letters")
@bp.route(route="api/dead-letters/redrive", methods=["POST"])
def redrive_dead_letters(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Set going again what was given up, after its cause was removed."""
    return answered(context, lambda: _redrive(req))


def _redrive(req: func.HttpRequest) -> func.HttpResponse:
    from shared.contracts.redrive import parse_redrive
    from shared.upkeep.redrive import redrive

    actor = admit(req, Operation.REDRIVE)
    return json_answer(200, redrive(parse_redrive(req.get_body()), actor, bootstrap.services()))
