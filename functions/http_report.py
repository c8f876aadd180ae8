"""The report of one offboarding, for people."""

from typing import TYPE_CHECKING

import azure.functions as func

from functions.http_answers import admit, answered, not_found
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

if TYPE_CHECKING:
    from shared.report.report import Report

bp = func.Blueprint()


@bp.function_name("get_report")
@bp.route(route="api/offboardings/{id}/report", methods=["GET"])
def get_report(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """A page to read and print; with Accept: text/csv, the holdings as a table."""
    return answered(context, lambda: _report(req, req.route_params["id"]))


@bp.function_name("get_month_report")
@bp.route(route="api/report", methods=["GET"])
def get_month_report(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What ended in a month, as a page; with Accept: text/csv, as a table."""
    return answered(context, lambda: _month(req))


def _report(req: func.HttpRequest, identity: str) -> func.HttpResponse:
    from shared.report.report import report

    admit(req, Operation.REPORT)
    found = report(identity, req.headers.get("accept", ""), req.params, bootstrap.services())
    return _sent(found, f"{identity}.report") if found is not None else not_found(identity)


def _month(req: func.HttpRequest) -> func.HttpResponse:
    from shared.report.report import WORKBOOK, Format, Report, month_report

    admit(req, Operation.REPORT)
    console = bootstrap.front_door().console
    found = month_report(req.headers.get("accept", ""), req.params, bootstrap.services(), console)
    if req.params.get("format") == Format.XLSX:
        from shared.sheets.report_table import report_workbook

        found = Report(report_workbook(found.content, req.params["month"]), WORKBOOK, "xlsx")
    return _sent(found, f"offboardings-{req.params['month']}")


def _sent(found: "Report", name: str) -> func.HttpResponse:
    from shared.report.page import POLICY

    shown = "inline" if found.ending == "html" else "attachment"
    headers = {
        "Content-Disposition": f'{shown}; filename="{name}.{found.ending}"',
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Vary": "Accept",
    }
    return func.HttpResponse(found.content, mimetype=found.media_type, charset="utf-8", headers=headers)
