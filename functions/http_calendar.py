"""What will happen, as a calendar that other programs subscribe to."""

import azure.functions as func

from functions.http_answers import answered
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

bp = func.Blueprint()


@bp.function_name("get_calendar")
@bp.route(route="api/calendar.ics", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def get_calendar(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """For whoever brings a key of the calendar in the address, and for people who are signed in."""
    return answered(context, lambda: _calendar(req))


def _calendar(req: func.HttpRequest) -> func.HttpResponse:
    from shared.report.calendar import calendar

    door = bootstrap.front_door()
    if not door.opens_calendar(req.params.get("key", "")):
        door.admit_person(Operation.LIST, req.headers)
    content = calendar(bootstrap.services(), door.console)
    headers = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(content, mimetype="text/calendar", charset="utf-8", headers=headers)
