"""Reader of the entities file: {"queues": [...], "topics": [{"subscriptions": [...]}]}. Nothing is ignored."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from local.broker.entities.model import Entities, Queue, Status, Subscription, Topic
from local.broker.entities.properties import (
    QUEUE_PROPERTIES,
    SUBSCRIPTION_PROPERTIES,
    TOPIC_PROPERTIES,
    EntitiesError,
    Reader,
    delivery_settings,
    intake_settings,
    read_properties,
)

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")
_NAME_RULE = (
    "letters, digits, '.', '-', '_' and (for queues and topics) '/', beginning and ending with a letter or digit"
)
_MAX_NAME, _MAX_SUBSCRIPTION_NAME = 260, 50


def load_entities(path: Path) -> Entities:
    """Read the file at `path`. Raises EntitiesError naming file, place, value and rule."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EntitiesError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise EntitiesError(f"{path}: is not JSON in UTF-8: {error}") from None
    try:
        return parse_entities(document)
    except EntitiesError as error:
        raise EntitiesError(f"{path}: {error}") from None


def parse_entities(document: object) -> Entities:
    """Read the parsed file. Raises EntitiesError naming place, value and rule."""
    top = _object(document, "the file", {"queues", "topics"})
    queues = tuple(_queue(item, f"queues[{n}]") for n, item in enumerate(_array(top, "queues", "queues")))
    topics = tuple(_topic(item, f"topics[{n}]") for n, item in enumerate(_array(top, "topics", "topics")))
    _unique([(entity.name, f"queues[{n}]") for n, entity in enumerate(queues)]
            + [(entity.name, f"topics[{n}]") for n, entity in enumerate(topics)])  # fmt: skip
    return Entities(queues, topics)


def _queue(item: object, place: str) -> Queue:
    entity = _object(item, place, {"name", "properties"})
    values = _properties(entity, place, QUEUE_PROPERTIES)
    return Queue(_name(entity, place), intake_settings(values), delivery_settings(values), _status(values))


def _topic(item: object, place: str) -> Topic:
    entity = _object(item, place, {"name", "properties", "subscriptions"})
    values = _properties(entity, place, TOPIC_PROPERTIES)
    found = tuple(
        _subscription(item, f"{place}.subscriptions[{n}]")
        for n, item in enumerate(_array(entity, "subscriptions", f"{place}.subscriptions"))
    )
    _unique([(one.name, f"{place}.subscriptions[{n}]") for n, one in enumerate(found)])
    return Topic(_name(entity, place), intake_settings(values), found, _status(values))


def _subscription(item: object, place: str) -> Subscription:
    entity = _object(item, place, {"name", "properties"})
    values = _properties(entity, place, SUBSCRIPTION_PROPERTIES)
    name = _name(entity, place)
    if "/" in name or len(name) > _MAX_SUBSCRIPTION_NAME:
        raise EntitiesError(f"{place}.name: {name!r} must have no '/' and at most {_MAX_SUBSCRIPTION_NAME} characters")
    return Subscription(name, delivery_settings(values), _status(values))


def _properties(entity: Mapping[str, object], place: str, known: Mapping[str, Reader]) -> dict[str, object]:
    place = f"{place}.properties"
    given = entity.get("properties", {})
    if not isinstance(given, dict):
        raise EntitiesError(f"{place}: must be an object")
    return read_properties(given, known, place)


def _status(values: Mapping[str, object]) -> Status:
    status = values.get("status", Status.ACTIVE)
    assert isinstance(status, Status)
    return status


def _object(value: object, place: str, known: set[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise EntitiesError(f"{place}: must be an object")
    for name in value:
        if name not in known:
            raise EntitiesError(f"{place}: unknown key {name!r}; known: {', '.join(sorted(known))}")
    return value


def _array(parent: Mapping[str, object], name: str, place: str) -> list[object]:
    value = parent.get(name, [])
    if not isinstance(value, list):
        raise EntitiesError(f"{place}: must be an array")
    return value


def _name(entity: Mapping[str, object], place: str) -> str:
    name = entity.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _MAX_NAME:
        raise EntitiesError(f"{place}.name: {name!r} must be of {_NAME_RULE}, at most {_MAX_NAME} characters")
    if "subscriptions" in name.lower().split("/"):
        raise EntitiesError(f"{place}.name: {name!r} must not have the segment 'subscriptions'")
    return name


def _unique(names: list[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for name, place in names:
        first = seen.setdefault(name.lower(), place)
        if first != place:
            raise EntitiesError(f"{place}.name: {name!r} is taken by {first} (case does not matter)")
