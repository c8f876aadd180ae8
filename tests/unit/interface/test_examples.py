"""Every example that people copy fits the documents: samples, and what the pages show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.composition.interface.openapi import openapi
from shared.composition.interface.routes import ROUTES
from tests.unit.interface.test_asyncapi import ROOT, fits

SAMPLES = sorted((ROOT / "schemas" / "samples").rglob("*.json"))
OTHERS = {"description": "a scenario of the simulator"}
"""Blocks of JSON that are no message to the pipeline, by a field that tells them."""
BLOCK = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BODY = re.compile(r"-d '(\{.*?\})'")
PLACE = re.compile(r"\$HTTP/api/([\w$/-]+)")
PLACEHOLDERS = {"[...]": "[{}]", '"planDigest": "..."': f'"planDigest": "{"0" * 64}"'}
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "infra").glob("*.md")])


def kind_of(message: dict[str, Any]) -> str:
    return "withdrawal" if "withdrawal" in str(message.get("type", "")) else "request"


def shown_fits(message: dict[str, Any]) -> bool:
    """A message, or a batch with every request in it."""
    if "requests" not in message:
        return fits(kind_of(message), message)
    body_of_route("batches").validate(message)
    return bool(message["requests"]) and all(fits("request", one) for one in message["requests"])


def body_of_route(path: str) -> Draft202012Validator:
    """What the body of the one call of this path has to be."""
    [route] = [one for one in ROUTES if one.path == path and one.body is not None]
    content = openapi()["paths"][f"/api/{path}"][route.method.lower()]["requestBody"]["content"]
    return Draft202012Validator({**content["application/json"]["schema"], "components": openapi()["components"]})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_fits_exactly_if_it_is_a_good_one(path: Path) -> None:
    read = json.loads(path.read_text(encoding="utf-8"))
    message = read["body"] if path.parent.name == "invalid" else read
    kind = "withdrawal" if path.parent.name == "withdrawal" else "request"
    assert fits(kind, message) is (path.parent.name != "invalid")


@pytest.mark.parametrize("name", [path.name for path in sorted((ROOT / "samples").glob("*.json"))])
def test_the_samples_fit(name: str) -> None:
    message = json.loads((ROOT / "samples" / name).read_text(encoding="utf-8"))
    assert shown_fits(message)


def test_every_block_of_the_pages_fits() -> None:
    found = 0
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            message = json.loads(block)
            if not OTHERS.keys() & message.keys():
                assert shown_fits(message), f"{page}: {block}"
                found += 1
    assert found >= 3


def shown_calls() -> Iterator[tuple[str, str]]:
    """(path below /api/, body) of every call that the pages show with a body."""
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            body, place = BODY.search(line), PLACE.search(line)
            if body and place:
                yield place[1], body[1]


def test_every_call_that_the_pages_show_fits() -> None:
    calls = list(shown_calls())
    assert len(calls) >= 7
    for place, text in calls:
        for shown, meant in PLACEHOLDERS.items():
            text = text.replace(shown, meant)
        path = re.sub(r"\$\w+", "{id}", place)
        body_of_route(path).validate(json.loads(text))
