"""What all pages of the console share: who looks, how a page is sent, and what becomes of an error."""

import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced
from shared.domain.codes import ReasonCode
from shared.domain.errors import DeniedError, NotSignedInError, OffboardingError
from shared.domain.people.actor import ActorType
from shared.version import VERSION

if TYPE_CHECKING:
    from shared.console.form import Form
    from shared.console.visitor import Visitor
    from shared.contracts.problems import Problem


log = logging.getLogger("offboarding")
HOME = "/console"
SIGN_IN = "/.auth/login/aad?post_login_redirect_uri="
DONE: Mapping[str, str] = {
    "approve": "Approved. The offboarding goes on.",
    "reject": "Rejected. Nothing further will be written.",
    "withdraw": "Withdrawn. What was changed will be put back, as far as that is possible.",
    "reschedule": "Rescheduled. It will be planned anew.",
    "resume": "Resumed. It will be looked at again now.",
    "override": "Noted. The offboarding will be looked at again.",
    "sent": "Sent. The plan will be here in a moment.",
    "hold": "The kill switch is held: nothing will be written to any customer.",
    "release": "The kill switch was released: what waited for it goes on.",
    "redrive": "Redriven, as far as there was something to redrive.",
}
"""What a page says after a form was taken; the address carries the word alone."""


class Shown:
    """A page before it is sent: its template, its values, its status."""

    def __init__(self, template: str, status: int = 200, **values: Any) -> None:
        self.template, self.status, self.values = template, status, values


def show(
    req: func.HttpRequest, context: func.Context, work: "Callable[[Visitor], Shown | func.HttpResponse]"
) -> func.HttpResponse:
    """The page that `work` makes for who looks; whoever is not signed in is sent to sign in."""
    from shared.console.form_key import cookie_in, new_cookie
    from shared.contracts.problems import problem

    with traced(context):
        cookie = cookie_in(req.headers) or new_cookie()
        visitor: Visitor | None = None
        try:
            visitor = _visitor(req, cookie)
            shown = work(visitor)
        except NotSignedInError:
            return _to_sign_in(req)
        except OffboardingError as error:
            shown = _of_error(error)
        except Exception:
            log.exception("page failed unexpectedly")
            text = f"an unexpected error happened; look for invocation {context.invocation_id} in the log"
            shown = _of_problem(problem(ReasonCode.INTERNAL_ERROR, text))
        return shown if isinstance(shown, func.HttpResponse) else _sent(req, shown, visitor, cookie)


def take(
    req: func.HttpRequest, context: func.Context, work: "Callable[[Visitor, Form], str | Shown]"
) -> func.HttpResponse:
    """Do what a form asks for, and go to the address that `work` returns: loading that again sends nothing twice."""
    from shared.console.form_key import FIELD, require_own_form, require_own_site
    from shared.console.pages import HEADERS

    def taken(visitor: "Visitor") -> func.HttpResponse | Shown:
        require_own_site(req.headers, req.url)
        form = form_in(req)
        require_own_form(req.headers, form.get(FIELD, ""), visitor.actor.id)
        place = work(visitor, form)
        if isinstance(place, Shown):
            return place
        return func.HttpResponse(status_code=303, headers={**HEADERS, "Location": place})

    return show(req, context, taken)


def form_in(req: func.HttpRequest) -> "Form":
    """The fields of the form; raises InvalidRequestError for more than any form of ours can be."""
    from shared.console.form import Form, require_moderate

    require_moderate(req.get_body(), req.headers.get("content-type", ""))
    return Form((str(name), str(value)) for name, value in req.form.items(multi=True))


def _visitor(req: func.HttpRequest, cookie: str) -> "Visitor":
    from shared.console.form_key import form_key
    from shared.console.visitor import Visitor

    door = bootstrap.front_door()
    if not door.authentication:
        text = "the console is for people, and App Service Authentication is off: nobody can sign in"
        raise DeniedError(ReasonCode.AUTHENTICATION_OFF, text)
    caller = door.caller(req.headers, {})
    if caller.actor.type is not ActorType.PERSON:
        raise NotSignedInError("the console is for people; programs use /api")
    return Visitor(caller.actor, caller.roles, form_key(cookie, caller.actor.id))


def _sent(req: func.HttpRequest, shown: Shown, visitor: "Visitor | None", cookie: str) -> func.HttpResponse:
    from shared.console.form_key import cookie_in, set_cookie
    from shared.console.pages import HEADERS, render

    values = {
        "visitor": visitor,
        "path": urlsplit(req.url).path,
        "badges": _badges(visitor),
        "said": DONE.get(req.params.get("done", ""), ""),
        "version": VERSION,
    }
    headers = dict(HEADERS)
    if visitor is not None and cookie_in(req.headers) is None:
        headers["Set-Cookie"] = set_cookie(cookie)
    content = render(shown.template, **values, **shown.values)
    return func.HttpResponse(content, status_code=shown.status, mimetype="text/html", charset="utf-8", headers=headers)


def _badges(visitor: "Visitor | None") -> Mapping[str, str]:
    """The numbers beside places; a page that cannot tell them is shown all the same."""
    from shared.console.badges import badges

    if visitor is None:
        return {}
    try:
        return badges(visitor, bootstrap.services())
    except OffboardingError:
        return {}


def _to_sign_in(req: func.HttpRequest) -> func.HttpResponse:
    from shared.console.pages import HEADERS

    parts = urlsplit(req.url)
    wanted = parts.path if req.method == "GET" and parts.path.startswith(HOME) else HOME
    query = f"?{parts.query}" if parts.query and req.method == "GET" else ""
    return func.HttpResponse(status_code=302, headers={**HEADERS, "Location": SIGN_IN + quote(wanted + query, safe="")})


def _of_error(error: OffboardingError) -> Shown:
    from shared.contracts.problems import problem_of

    found = problem_of(error, of_request=False)
    if found.status >= 500:
        log.exception("page failed")
    return _of_problem(found)


def _of_problem(found: "Problem") -> Shown:
    return Shown("problem", found.status, problem=found)


def not_there(what: str) -> Shown:
    """404, with a way back."""
    from shared.contracts.problems import problem

    return _of_problem(problem(ReasonCode.NOT_FOUND, f"there is no {what}"))
