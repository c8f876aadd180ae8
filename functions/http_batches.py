"""Several requests in one call, and what became of them."""

import azure.functions as func

from functions.http_answers import admit, answered, found_at, json_answer, looked_at, problem_answer
from shared.composition import bootstrap
from shared.domain.codes import ReasonCode
from shared.domain.people.rights import Operation

bp = func.Blueprint()
PATH = "/api/batches"


@bp.function_name("create_batch")
@bp.route(route="api/batches", methods=["POST"])
def create_batch(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Take in several requests: each has an answer of its own."""
    return answered(context, lambda: _create(req), of_request=True)


@bp.function_name("get_batch")
@bp.route(route="api/batches/{id}", methods=["GET"])
def get_batch(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Show where each offboarding of a batch stands."""
    return answered(context, lambda: _get(req, req.route_params["id"]))


def _create(req: func.HttpRequest) -> func.HttpResponse:
    from shared.contracts.batch import parse_batch
    from shared.intake.batch import take_in_batch

    actor = admit(req, Operation.CREATE_BATCH)
    answer = take_in_batch(parse_batch(req.get_body()), actor, bootstrap.services())
    return json_answer(200, answer, {"Location": found_at(req, f"{PATH}/{answer.batch_id}")})


def _get(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.contracts.problems import problem
    from shared.domain.wording import shorten
    from shared.operations.show_batch import show_batch

    admit(req, Operation.SHOW_BATCH)
    found = show_batch(identity, bootstrap.services())
    if found is None:
        return problem_answer(problem(ReasonCode.NOT_FOUND, f"there is no batch {shorten(identity)}"))
    return looked_at(req, found)
