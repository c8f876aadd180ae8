"""The documents are served as they are, and the answers of the functions have the headers that they promise."""

from __future__ import annotations

import json
import re

import pytest

from local.world.world import World
from shared.composition.interface.asyncapi import asyncapi
from shared.composition.interface.openapi import openapi
from shared.composition.interface.routes import ROUTES
from tests.unit.functions.support import KEY, call
from tests.unit.functions.test_http_api import body_of


@pytest.mark.parametrize("name", ["describe_http", "describe_messages"])
def test_it_is_served_to_whoever_may_call(world: World, name: str) -> None:
    answer = call(name, headers=KEY)
    assert (answer.status, answer.type) == (200, "application/json")
    assert answer.json == json.loads(json.dumps(openapi() if name == "describe_http" else asyncapi()))
    assert call(name, headers={}).status == 401


def test_the_headers_that_are_promised_are_there(world: World) -> None:
    made = call("create_offboarding", body_of(world), headers=KEY)
    identity = made.json["offboardingId"]
    given = {
        "create_offboarding": made,
        **{
            name: call(name, headers=KEY, route={"id": identity})
            for name in ("get_offboarding", "get_evidence", "get_report", "get_brake")
        },
    }
    for name, answer in given.items():
        [route] = [one for one in ROUTES if one.function == name]
        assert answer.status == route.answer.status
        assert all(header in answer.headers for header in route.answer.headers)


def test_the_filters_that_are_described_are_those_that_are_known(world: World) -> None:
    """A refusal names all that are known."""
    refused = call("list_offboardings", headers=KEY, query={"unheard_of": "x"}).json["detail"]
    known = re.search(r"known are ([\w, ]+)", refused)
    assert known is not None
    [route] = [one for one in ROUTES if one.function == "list_offboardings"]
    assert sorted(known[1].split(", ")) == sorted(one.name for one in route.query)
