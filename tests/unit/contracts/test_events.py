"""The envelope of every event: its schema's, and signed with the version that made it."""

from __future__ import annotations

import json
import re

from jsonschema import Draft202012Validator

from local.world.world import World
from shared.contracts.schemas import FOLDER
from shared.version import VERSION
from tests.unit.support.worlds import SMALL

ATTRIBUTE = re.compile(r"[a-z0-9]{1,20}")
"""Of CloudEvents 1.0, "Naming conventions"."""


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
        assert all(ATTRIBUTE.fullmatch(name) for name in event)
