"""The interface for machines, as the app that runs has it."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from functions.http_answers import admit, answered
from shared.domain.people.rights import Operation

bp = func.Blueprint()


@bp.function_name("describe_http")
@bp.route(route="api/openapi.json", methods=["GET"])
def describe_http(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The OpenAPI document of the HTTP interface."""
    return answered(context, lambda: _http(req))


@bp.function_name("describe_messages")
@bp.route(route="api/asyncapi.json", methods=["GET"])
def describe_messages(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The AsyncAPI document of queues and events."""
    return answered(context, lambda: _messages(req))


def _http(req: func.HttpRequest) -> func.HttpResponse:
    from shared.composition.interface.openapi import openapi

    admit(req, Operation.DESCRIBE)
    return _document(openapi())


def _messages(req: func.HttpRequest) -> func.HttpResponse:
    from shared.composition.interface.asyncapi import asyncapi

    admit(req, Operation.DESCRIBE)
    return _document(asyncapi())


def _document(document: Mapping[str, Any]) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(document), mimetype="application/json")
