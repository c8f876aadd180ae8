"""The OpenAPI document is valid, and says what the app has: no route, role, header or problem more or less."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from shared.composition.interface.asyncapi import asyncapi
from shared.composition.interface.failures import codes_of
from shared.composition.interface.openapi import openapi
from shared.composition.interface.route import Route
from shared.composition.interface.routes import ROUTES
from shared.contracts.problems import STATUSES
from shared.contracts.schemas import FOLDER, as_text
from shared.domain.codes import ReasonCode
from shared.domain.people.rights import RIGHTS, Operation, Program
from shared.operations.list_query import READERS
from tests.unit.functions.support import TRIGGERS

OF_PAGES = {ReasonCode.FOREIGN_FORM}
"""Of forms that people send from the console."""
HTTP = {name: trigger for name, trigger in TRIGGERS.items() if trigger.get_binding_name() == "httpTrigger"}


def operation_of(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = openapi()["paths"][f"/api/{route.path}"][route.method.lower()]
    return found


@pytest.mark.long
def test_the_document_is_openapi() -> None:
    validate(openapi())


@pytest.mark.parametrize("name", ["openapi", "asyncapi"])
def test_what_is_kept_is_what_is_served(name: str) -> None:
    document = {"openapi": openapi, "asyncapi": asyncapi}[name]()
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == as_text(document), "python3 dev.py schemas"


def test_every_function_is_described_and_nothing_else() -> None:
    """What is not below /api/ are pages for people."""
    described = {(route.function, f"api/{route.path}", route.method) for route in ROUTES}
    registered = {
        (name, trigger.route, getattr(method, "value", method))
        for name, trigger in HTTP.items()
        for method in trigger.methods
        if trigger.route.startswith("api/")
    }
    assert described == registered
    assert len(ROUTES) == sum(len(methods) for methods in openapi()["paths"].values())


def test_every_right_belongs_to_a_route_and_says_how_to_sign_in() -> None:
    named = {one for route in ROUTES for one in (route.operation, route.or_operation) if one is not None}
    assert named == set(Operation)
    for route in ROUTES:
        security = operation_of(route)["security"]
        if route.operation is not None:
            assert {"person": []} in security
            assert ({route.keys[0]: []} in security) is (Program.KEY in RIGHTS[route.operation])
    assert [route.function for route in ROUTES if not operation_of(route)["security"]] == ["check_forged_identity"]


def test_every_problem_code_belongs_to_a_route_with_its_status() -> None:
    assert {code for route in ROUTES for code in codes_of(route)} == set(STATUSES) - OF_PAGES
    for route in ROUTES:
        answers = operation_of(route)["responses"]
        assert {str(int(STATUSES[code])) for code in codes_of(route)} <= set(answers), route.function
        assert route.operation is None or {"401", "403", "500", "503"} <= set(answers)


def test_the_list_takes_what_its_filter_knows() -> None:
    [route] = [route for route in ROUTES if route.function == "list_offboardings"]
    assert {one.name for one in route.query} == {*READERS}
