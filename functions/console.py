"""The pages of the console. The operations behind them are those of the HTTP interface; so are the roles."""

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import azure.functions as func

from functions.console_answers import Shown, not_there, show
from shared.composition import bootstrap
from shared.domain.people.rights import Operation

if TYPE_CHECKING:
    from shared.console.visitor import Visitor


bp = func.Blueprint()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANYBODY = func.AuthLevel.ANONYMOUS
"""The host asks for no key: people have none, and the front door asks who they are."""


@bp.function_name("console_fleet")
@bp.route(route="console", methods=["GET"], auth_level=ANYBODY)
def console_fleet(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What needs a person, and the list of offboardings."""
    return show(req, context, lambda visitor: _fleet(req, visitor))


@bp.function_name("console_offboarding")
@bp.route(route="console/offboardings/{id}", methods=["GET"], auth_level=ANYBODY)
def console_offboarding(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """One customer."""
    return show(req, context, lambda visitor: _one(req.route_params["id"], visitor))


@bp.function_name("console_approvals")
@bp.route(route="console/approvals", methods=["GET"], auth_level=ANYBODY)
def console_approvals(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What waits for an approval."""
    return show(req, context, _approvals)


@bp.function_name("console_decisions")
@bp.route(route="console/decisions", methods=["GET"], auth_level=ANYBODY)
def console_decisions(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """What needs a decision."""
    return show(req, context, _decisions)


@bp.function_name("console_new")
@bp.route(route="console/new", methods=["GET"], auth_level=ANYBODY)
def console_new(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Find a customer, and ask for a plan."""
    return show(req, context, lambda visitor: _new(req, visitor))


@bp.function_name("console_bulk")
@bp.route(route="console/bulk", methods=["GET"], auth_level=ANYBODY)
def console_bulk(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Upload a table of customers."""
    return show(req, context, _bulk)


@bp.function_name("console_batch")
@bp.route(route="console/batches/{id}", methods=["GET"], auth_level=ANYBODY)
def console_batch(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Where each offboarding of a batch stands."""
    return show(req, context, lambda visitor: _batch(req.route_params["id"], visitor))


@bp.function_name("console_template")
@bp.route(route="console/customers.csv", methods=["GET"], auth_level=ANYBODY)
def console_template(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """An empty table, to be filled in."""
    return show(req, context, _template)


@bp.function_name("console_template_workbook")
@bp.route(route="console/customers.xlsx", methods=["GET"], auth_level=ANYBODY)
def console_template_workbook(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The same for Excel."""
    return show(req, context, _template_workbook)


@bp.function_name("console_system")
@bp.route(route="console/system", methods=["GET"], auth_level=ANYBODY)
def console_system(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Mode, kill switch, what was given up, and the checks."""
    return show(req, context, lambda visitor: _system(req, visitor))


@bp.function_name("console_csv")
@bp.route(route="console/offboardings.csv", methods=["GET"], auth_level=ANYBODY)
def console_csv(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The list as a table for a spreadsheet."""
    return show(req, context, lambda visitor: _csv(req, visitor))


@bp.function_name("console_workbook")
@bp.route(route="console/offboardings.xlsx", methods=["GET"], auth_level=ANYBODY)
def console_workbook(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The same for Excel, which reads it alike in every country."""
    return show(req, context, lambda visitor: _workbook(req, visitor))


@bp.function_name("console_static")
@bp.route(route="console/static/{name}", methods=["GET"], auth_level=ANYBODY)
def console_static(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """Style and script; there is nothing in them that anybody may not see."""
    from shared.console.pages import HEADERS, STATIC, static_file

    name = req.route_params["name"]
    content = static_file(name)
    if content is None:
        return func.HttpResponse(status_code=404, headers=dict(HEADERS))
    headers = {**HEADERS, "Cache-Control": "public, max-age=300"}
    return func.HttpResponse(content, mimetype=STATIC[name], charset="utf-8", headers=headers)


def require(visitor: "Visitor", operation: Operation) -> None:
    """Raises DeniedError, and says which role it takes."""
    bootstrap.front_door().require(visitor.actor, visitor.roles, operation)


def _fleet(req: func.HttpRequest, visitor: "Visitor") -> Shown:
    from shared.console.fleet import fleet

    require(visitor, Operation.LIST)
    query = {name: value for name, value in req.params.items() if name != "done"}
    return Shown("fleet", fleet=fleet(query, bootstrap.services()), query=query)


def _one(identity: str, visitor: "Visitor") -> Shown:
    from shared.console.one import one

    require(visitor, Operation.SHOW)
    found = one(identity, visitor, bootstrap.services())
    return Shown("one", one=found) if found is not None else not_there(f"offboarding {identity[:80]}")


def _approvals(visitor: "Visitor") -> Shown:
    from shared.console.approvals import approvals

    require(visitor, Operation.LIST)
    found, more = approvals(visitor, bootstrap.services())
    return Shown("approvals", found=found, more=more)


def _decisions(visitor: "Visitor") -> Shown:
    from shared.console.decisions import decisions

    require(visitor, Operation.LIST)
    return Shown("decisions", asked=decisions(visitor, bootstrap.services()))


def _new(req: func.HttpRequest, visitor: "Visitor") -> Shown:
    from shared.console.requests import find_customers

    require(visitor, Operation.CREATE)
    wanted = req.params.get("q", "")
    found = find_customers(wanted, bootstrap.services()) if wanted else None
    return Shown("new", q=wanted, found=found, request_id=f"console-{uuid4()}")


def _system(req: func.HttpRequest, visitor: "Visitor") -> Shown:
    from shared.composition.doctor.look import look
    from shared.console.system import system

    require(visitor, Operation.SHOW_BRAKE)
    checks = None
    if req.params.get("check"):
        require(visitor, Operation.DOCTOR)
        checks = json.loads(look(bootstrap.probe, bootstrap.services().clock.monotonic))
    return Shown("system", system=system(visitor, bootstrap.services()), checks=checks)


def _csv(req: func.HttpRequest, visitor: "Visitor") -> func.HttpResponse:
    from shared.console.fleet_table import fleet_csv

    require(visitor, Operation.LIST)
    return _table(fleet_csv(dict(req.params), bootstrap.services()), "offboardings.csv")


def _workbook(req: func.HttpRequest, visitor: "Visitor") -> func.HttpResponse:
    from shared.console.fleet_table import fleet_workbook

    require(visitor, Operation.LIST)
    return _table(fleet_workbook(dict(req.params), bootstrap.services()), "offboardings.xlsx")


def _bulk(visitor: "Visitor") -> Shown:
    from shared.sheets.columns import COLUMNS

    require(visitor, Operation.CREATE_BATCH)
    return Shown("bulk", columns=COLUMNS)


def _template(visitor: "Visitor") -> func.HttpResponse:
    from shared.sheets.columns import COLUMNS

    require(visitor, Operation.CREATE_BATCH)
    return _table(",".join(COLUMNS) + "\r\n", "customers.csv")


def _template_workbook(visitor: "Visitor") -> func.HttpResponse:
    from io import BytesIO

    from shared.sheets.columns import COLUMNS
    from shared.sheets.write import Sheet, write_workbook

    require(visitor, Operation.CREATE_BATCH)
    out = BytesIO()
    write_workbook(out, Sheet("Customers", COLUMNS, ()))
    return _table(out.getvalue(), "customers.xlsx")


def _batch(identity: str, visitor: "Visitor") -> Shown:
    from shared.console.bulk import batch_page

    require(visitor, Operation.SHOW_BATCH)
    found = batch_page(identity, visitor, bootstrap.services())
    return Shown("batch", batch=found) if found is not None else not_there(f"batch {identity[:80]}")


def _table(content: str | bytes, name: str) -> func.HttpResponse:
    from shared.console.pages import HEADERS

    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    media_type = "text/csv" if name.endswith(".csv") else XLSX
    return func.HttpResponse(content, mimetype=media_type, charset="utf-8", headers=headers)
