"""What will happen: as a list, and as a calendar that other programs subscribe to."""

import azure.functions as func

from functions.http_answers import admit, answered, looked_at
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

bp = func.Blueprint()
KEY = "key"
"""Of the calendar, in its address."""


@bp.function_name("list_moments")
@bp.route(route="api/calendar", methods=["GET"])
def list_moments(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What will happen, soonest first; with Accept: text/calendar, as a calendar."""
    return answered(context, lambda: _moments(req))


@bp.function_name("get_calendar")
@bp.route(route="api/calendar.ics", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def get_calendar(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """For whoever brings a key of the calendar in the address, and for people who are signed in."""
    return answered(context, lambda: _calendar(req))


def _moments(req: func.HttpRequest) -> func.HttpResponse:
    from shared.report.calendar import calendar, calendar_view, wants_calendar

    admit(req, Operation.LIST)
    if wants_calendar(req.headers.get("accept", "")):
        content = calendar(bootstrap.services(), bootstrap.front_door().console, req.params)
        return _sent(content, {"Cache-Control": "no-store", "Vary": "Accept"})
    return looked_at(req, calendar_view(bootstrap.services(), req.params), headers={"Vary": "Accept"})


def _calendar(req: func.HttpRequest) -> func.HttpResponse:
    from shared.report.calendar import calendar

    door = bootstrap.front_door()
    if not door.opens_calendar(req.params.get(KEY, "")):
        door.admit_person(Operation.LIST, req.headers)
    filters = {name: value for name, value in req.params.items() if name != KEY}
    return _sent(calendar(bootstrap.services(), door.console, filters), {"Cache-Control": "private, max-age=600"})


def _sent(content: bytes, headers: dict[str, str]) -> func.HttpResponse:
    headers["X-Content-Type-Options"] = "nosniff"
    return func.HttpResponse(content, mimetype="text/calendar", charset="utf-8", headers=headers)
