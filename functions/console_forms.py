"""The forms of the console: each does what the same call of the HTTP interface does, about what the person saw."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import azure.functions as func

from functions.console_answers import HOME, Shown, take
from shared.composition import bootstrap
from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError

if TYPE_CHECKING:
    from shared.console.form import Form
    from shared.console.visitor import Visitor


bp = func.Blueprint()
ANYBODY = func.AuthLevel.ANONYMOUS


class NotThereError(OffboardingError):
    """The form is about something that is not there."""

    code = ReasonCode.NOT_FOUND
    operator_action = "Go back to the list and look for it there."


@bp.function_name("console_decide")
@bp.route(route="console/offboardings/{id}/{word}", methods=["POST"], auth_level=ANYBODY)
def console_decide(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Approve, reject, withdraw, reschedule, resume or override."""
    return take(req, context, lambda visitor, form: _decide(req.route_params, visitor, form))


@bp.function_name("console_decide_several")
@bp.route(route="console/approvals", methods=["POST"], auth_level=ANYBODY)
def console_decide_several(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Approve or reject each plan that was chosen."""
    return take(req, context, _decide_several)


@bp.function_name("console_resume_several")
@bp.route(route="console/decisions", methods=["POST"], auth_level=ANYBODY)
def console_resume_several(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Resume each offboarding that was chosen."""
    return take(req, context, _resume_several)


@bp.function_name("console_plan_first")
@bp.route(route="console/new", methods=["POST"], auth_level=ANYBODY)
def console_plan_first(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Ask for the plan of a customer, as a dry run."""
    return take(req, context, _plan_first)


@bp.function_name("console_move")
@bp.route(route="console/system/{word}", methods=["POST"], auth_level=ANYBODY)
def console_move(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Hold or release the kill switch, or redrive what was given up."""
    return take(req, context, lambda visitor, form: _move(req.route_params["word"], visitor, form))


@bp.function_name("console_upload")
@bp.route(route="console/bulk", methods=["POST"], auth_level=ANYBODY)
def console_upload(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Check a table of customers, and ask for their plans."""
    return take(req, context, lambda visitor, form: _upload(req, visitor, form))


@bp.function_name("console_send_chosen")
@bp.route(route="console/batches/{id}", methods=["POST"], auth_level=ANYBODY)
def console_send_chosen(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Send the plans that were chosen for real."""
    return take(req, context, _send_chosen)


def _upload(req: func.HttpRequest, visitor: "Visitor", form: "Form") -> Shown:
    from shared.console.bulk import plan_all

    file = req.files.get("file")
    content = file.read() if file is not None else form.get("pasted", "").encode()
    found = plan_all(content, form, visitor, bootstrap.front_door(), bootstrap.services())
    return Shown("uploaded", uploaded=found)


def _send_chosen(visitor: "Visitor", form: "Form") -> str:
    from shared.console.bulk import send_chosen

    identity = send_chosen(form, visitor, bootstrap.front_door(), bootstrap.services())
    return f"{HOME}/batches/{identity}?done=sent"


def _plan_first(visitor: "Visitor", form: "Form") -> str:
    from shared.console.requests import plan_first

    found = plan_first(form, visitor, bootstrap.front_door(), bootstrap.services())
    return f"{HOME}/offboardings/{found.id}?done=sent"


def _move(word: str, visitor: "Visitor", form: "Form") -> str:
    from shared.console.system import move

    if not move(word, form, visitor, bootstrap.front_door(), bootstrap.services()):
        raise NotThereError(f"there is nothing that is called {word[:20]}")
    return f"{HOME}/system?done={word}"


def _decide(route: Mapping[str, str], visitor: "Visitor", form: "Form") -> str:
    from shared.console.decide import decide
    from shared.console.requests import for_real

    identity, word = route["id"], route["word"]
    if word == "send":
        found = for_real(identity, form, visitor, bootstrap.front_door(), bootstrap.services())
        return f"{HOME}/offboardings/{found.id}?done=sent"
    if not decide(word, identity, form, visitor, bootstrap.front_door(), bootstrap.services()):
        raise NotThereError(f"there is no offboarding {identity[:80]}, or nothing that is called {word[:20]}")
    return f"{HOME}/offboardings/{identity}?done={word}"


def _resume_several(visitor: "Visitor", form: "Form") -> Shown:
    """Shown at once, as above."""
    from shared.console.decisions import resume_several

    results = resume_several(form, visitor, bootstrap.front_door(), bootstrap.services())
    return Shown("decided", word="resume", results=results)


def _decide_several(visitor: "Visitor", form: "Form") -> Shown:
    """Shown at once: sent again by a reload, what was done is done, and the rest is refused again."""
    from shared.console.several import decide_several

    word, results = decide_several(form, visitor, bootstrap.front_door(), bootstrap.services())
    return Shown("decided", word=word, results=results)
