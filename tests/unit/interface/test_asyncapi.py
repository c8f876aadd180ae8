"""The AsyncAPI document: its parts fit together, its queues are those of the deployment, and real messages fit it.

OFFBOARDING_ASYNCAPI_SCHEMA names the meta-schema of AsyncAPI 3.0 in a file, where it is at hand; nothing is downloaded.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from local.world.world import World
from shared.composition.interface.asyncapi import SUBSCRIPTION, asyncapi
from shared.contracts.events import EventType
from shared.domain.offboarding.messages import OutboundMessage
from tests.unit.support.worlds import SMALL

ROOT = Path(__file__).resolve().parents[3]
META = os.environ.get("OFFBOARDING_ASYNCAPI_SCHEMA", "")


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def at(reference: str) -> Any:
    found: Any = asyncapi()
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return found


def fits(message: str, payload: Any) -> bool:
    """Whether the payload is one that the document describes for this message."""
    schema = {**asyncapi()["components"]["messages"][message]["payload"], "components": asyncapi()["components"]}
    return Draft202012Validator(schema).is_valid(payload)


@pytest.mark.skipif(not META, reason="OFFBOARDING_ASYNCAPI_SCHEMA is not set")
def test_the_document_is_asyncapi() -> None:
    Draft7Validator(json.loads(Path(META).read_text(encoding="utf-8"))).validate(asyncapi())


def test_everything_that_is_referred_to_is_there() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    found = set(references(document))
    assert len(found) > 30
    for reference in found:
        assert at(reference) is not None
    used = {reference.rsplit("/", 1)[1] for reference in found if reference.startswith("#/components/schemas/")}
    assert used == set(document["components"]["schemas"]), "a schema that nothing uses"
    for schema in document["components"]["schemas"].values():
        Draft7Validator.check_schema(schema)


def test_the_channels_are_the_queues_and_the_topic_of_the_deployment() -> None:
    infra = json.loads((ROOT / "infra" / "servicebus.json").read_text(encoding="utf-8"))
    names = [one["name"] for one in (*infra["queues"], *infra["topics"])]
    assert sorted(channel["address"] for channel in asyncapi()["channels"].values()) == sorted(names)
    assert SUBSCRIPTION in [one["name"] for one in infra["topics"][0]["subscriptions"]]
    used = [operation["channel"]["$ref"] for operation in asyncapi()["operations"].values()]
    assert {reference.rsplit("/", 1)[1] for reference in used} == set(asyncapi()["channels"])


def fits_its_message(sent: OutboundMessage, key: str) -> None:
    described = asyncapi()["components"]["messages"][key]
    Draft202012Validator(described["headers"]).validate(dict(sent.properties))
    assert {name for name, _ in sent.properties} == set(described["headers"]["properties"])
    assert described["contentType"] == sent.content_type


def test_what_is_sent_is_what_is_described() -> None:
    world = World(SMALL)
    world.ask(SMALL)
    world.drop(b"not a request")
    world.run()

    seen = set()
    for sent in world.bus.events:
        event = json.loads(sent.body)
        key = event["type"].replace(".", "_")
        assert fits(key, event), event
        assert not fits(key, event | {"sequence": "1"})
        assert not fits(key, event | {"type": "offboarding.other.v1"})
        fits_its_message(sent, key)
        seen.add(event["type"])
    assert {EventType.REMOVED, EventType.REJECTED, EventType.PROGRESS} <= seen
    [copy] = world.bus.rejected
    fits_its_message(copy, "rejected")


def test_every_event_type_is_described() -> None:
    described = asyncapi()["channels"]["events"]["messages"]
    assert {name.replace("_", ".", 1).rsplit("_", 1)[0] for name in described} == {
        kind.value.rsplit(".", 1)[0] for kind in EventType
    }
