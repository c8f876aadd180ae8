"""The rules of comparing shapes, tried on bodies of our own making."""

from typing import Any

import pytest

from local.simulator.tests.contract.shapes.rules import Role, differences, objects

THING = {"objectType": "Thing"}
SHORT = {"id": "1", "size": 2, "attributes": THING}
LONG = {"id": "1", "size": 2.5, "note": "x", "links": {"self": {"uri": "/1"}}, "attributes": THING}


def _roles(*bodies: Any) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for body in bodies:
        for name, keys in objects(body, "root"):
            roles.setdefault(name, Role()).add(keys)
    return roles


@pytest.mark.parametrize(
    ("ours", "sample", "expected"),
    [
        (SHORT, LONG, []),
        (LONG, SHORT, []),
        (SHORT | {"size": None}, SHORT, []),
        ({"id": "1", "attributes": THING}, SHORT, ["thing: size is missing"]),
        (SHORT | {"colour": "red"}, SHORT, ["thing: colour is documented nowhere"]),
        (SHORT | {"size": "2"}, SHORT, ["thing: size is ['string'], documented as ['number']"]),
        (
            {"items": [SHORT | {"size": True}]},
            {"items": [SHORT]},
            ["thing: size is ['boolean'], documented as ['number']"],
        ),
        (
            LONG | {"links": {"self": {"url": "/1"}}},
            LONG,
            ["thing: links/self/uri is missing", "thing: links/self/url is documented nowhere"],
        ),
        (LONG | {"Note": "x"}, LONG | {"Note": "x"}, ["thing: Note has the wrong case"]),
        ({"items": []}, {"items": [SHORT]}, ["no thing"]),
        (
            {"Id": "1", "Size": 2, "Attributes": {"ObjectType": "Thing"}},
            SHORT,
            ["has the wrong case"] * 4 + ["is spelt"] * 4,
        ),
    ],
)
def test_differences(ours: Any, sample: Any, expected: list[str]) -> None:
    found = differences(ours, sample, "root", _roles(SHORT, LONG, {"items": [SHORT]}))
    assert len(found) == len(expected), found
    assert all(any(part in one for one in found) for part in expected)
