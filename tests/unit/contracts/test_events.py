"""The envelope of every event: its schema's, and signed with the version that made it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from jsonschema import Draft202012Validator

from local.world.world import World
from shared.adapters.stores.codec import dump_offboarding, load_offboarding
from shared.contracts.schemas import FOLDER
from shared.version import VERSION
from tests.unit.support.heads import head_of
from tests.unit.support.worlds import SMALL

ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}")
"""Of CloudEvents 1.0, "Naming conventions"."""
ENDS = ("removed", "rejected")


def test_every_event_of_an_offboarding_fits_its_schema_and_names_the_version() -> None:
    world = World(SMALL)
    world.ask(SMALL)
    world.drop(b"not a request")
    world.run()
    events = world.events()

    assert {"offboarding.removed.v1", "offboarding.rejected.v1"} <= {event["type"] for event in events}
    for event in events:
        schema = json.loads((FOLDER / f"{event['type']}.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator(schema).validate(event)
        assert event["appversion"] == VERSION
        assert event["dataschema"] == f"{schema['$id']}#/$defs/EventData"
        assert all(ATTRIBUTE.fullmatch(name) for name in event)


def test_an_offboardings_events_are_numbered_from_one_and_sort_as_text() -> None:
    world = World(SMALL)
    world.ask(SMALL)
    world.drop(b"not a request")
    world.run()
    removed, rejected = (next(one for one in world.all() if one.finished and one.status == name) for name in ENDS)

    numbers = [event["sequence"] for event in world.events() if event["subject"] == removed.id]
    assert numbers[:2] == ["0000000001", "0000000002"]
    assert numbers == sorted(numbers) == [f"{number:010}" for number in range(1, removed.events + 1)]
    assert [event["sequence"] for event in world.events() if event["subject"] == rejected.id] == ["0000000001"]


def test_a_record_from_before_numbers_begins_at_one() -> None:
    old = json.loads(dump_offboarding(head_of()))
    del old["events"]
    assert load_offboarding(json.dumps(old)).with_event().events == 1


def test_the_source_is_that_of_the_deployment() -> None:
    world = World(SMALL)
    world.services = replace(world.services, event_source="/here")
    world.ask(SMALL)
    world.drop(b"not a request")
    world.run()
    assert {event["source"] for event in world.events()} == {"/here"}
