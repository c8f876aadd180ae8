"""The interface for machines, as the app that runs has it."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from functions.http_answers import admit, answered
from shared.composition.interface.asyncapi import asyncapi
from shared.composition.interface.openapi import openapi
from shared.domain.people.rights import Operation

bp = func.Blueprint()


@bp.function_name("describe_http")
@bp.route(route="api/openapi.json", methods=["GET"])
def describe_http(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The OpenAPI document of the HTTP interface."""
    return answered(context, lambda: _describe(req, openapi()))


@bp.function_name("describe_messages")
@bp.route(route="api/asyncapi.json", methods=["GET"])
def describe_messages(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    """The AsyncAPI document of queues and events."""
    return answered(context, lambda: _describe(req, asyncapi()))


def _describe(req: func.HttpRequest, document: Mapping[str, Any]) -> func.HttpResponse:
    admit(req, Operation.DESCRIBE)
    return func.HttpResponse(json.dumps(document), mimetype="application/json")
