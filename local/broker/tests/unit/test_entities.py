"""The entities file: durations, properties, and errors that name place, value and rule."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.broker.entities.durations import FOR_EVER, parse_duration
from local.broker.entities.file import load_entities, parse_entities
from local.broker.entities.model import DeliverySettings, Entities, IntakeSettings, Status
from local.broker.entities.properties import EntitiesError


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT30S", timedelta(seconds=30)),
        ("PT0.25S", timedelta(milliseconds=250)),
        ("PT1H2M3.5S", timedelta(hours=1, minutes=2, seconds=3.5)),
        ("P14D", timedelta(days=14)),
        ("P2W", timedelta(weeks=2)),
        ("P1Y2M3DT4H", timedelta(days=365 + 60 + 3, hours=4)),
        ("P1M", timedelta(days=30)),
        ("PT1M", timedelta(minutes=1)),
        ("P10675199DT2H48M5.4775807S", timedelta(days=10675199, hours=2, minutes=48, seconds=5.477581)),
    ],
)
def test_durations(text: str, duration: timedelta) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1DT", "30", "PT30", "P1S", "PT1D", "-PT1S", "pt1s", "PT1S ", "P9999999999Y"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"duration|longer"):
        parse_duration(text)


def one_queue(**properties: Any) -> Entities:
    """Entities with one queue of these properties."""
    return parse_entities({"queues": [{"name": "q", "properties": properties}]})


def test_defaults_are_those_of_azure() -> None:
    queue = parse_entities({"queues": [{"name": "q"}]}).queues[0]
    assert queue.delivery == DeliverySettings(timedelta(minutes=1), 10, None, False)
    assert queue.intake == IntakeSettings(None, None, 1024**3, None)
    assert queue.status is Status.ACTIVE


def test_every_property_of_a_queue_is_read() -> None:
    queue = one_queue(
        lockDuration="PT30S",
        maxDeliveryCount=3,
        requiresDuplicateDetection=True,
        duplicateDetectionHistoryTimeWindow="PT20S",
        deadLetteringOnMessageExpiration=True,
        defaultMessageTimeToLive="P14D",
        maxSizeInMegabytes=5,
        maxMessageSizeInKilobytes=7,
        status="SendDisabled",
        enablePartitioning=False,
        enableBatchedOperations=True,
        enableExpress=False,
        requiresSession=False,
        autoDeleteOnIdle="P10675199DT2H48M5.4775807S",
    ).queues[0]
    assert queue.delivery == DeliverySettings(timedelta(seconds=30), 3, timedelta(days=14), True)
    assert queue.intake == IntakeSettings(timedelta(days=14), timedelta(seconds=20), 5 * 1024**2, 7 * 1024)
    assert queue.status is Status.SEND_DISABLED


def test_a_window_without_duplicate_detection_detects_nothing() -> None:
    assert one_queue(duplicateDetectionHistoryTimeWindow="PT30S").queues[0].intake.duplicate_window is None


def test_for_ever_is_no_time_to_live() -> None:
    assert one_queue(defaultMessageTimeToLive="P10675199DT2H48M5.4775807S").queues[0].intake.time_to_live is None
    assert parse_duration("P10675199DT2H48M5.4775807S") >= FOR_EVER


def test_topics_and_subscriptions_are_read() -> None:
    topic = parse_entities(
        {
            "topics": [
                {"name": "t", "subscriptions": [{"name": "a", "properties": {"maxDeliveryCount": 2}}, {"name": "B"}]}
            ]
        }
    ).topics[0]
    assert [one.name for one in topic.subscriptions] == ["a", "B"]
    assert topic.subscriptions[0].delivery.max_delivery_count == 2


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"lokDuration": "PT1S"}, r"queues\[0\].properties.lokDuration: unknown property; known: .*lockDuration"),
        ({"lockDuration": 30}, r"queues\[0\].properties.lockDuration: 30 must be an ISO 8601 duration"),
        ({"lockDuration": "30s"}, "'30s' is not an ISO 8601 duration"),
        ({"lockDuration": "PT6M"}, "above zero and at most PT5M"),
        ({"lockDuration": "PT0S"}, "above zero and at most PT5M"),
        ({"maxDeliveryCount": 0}, "whole number from 1 to 2000"),
        ({"maxDeliveryCount": True}, "whole number"),
        ({"maxDeliveryCount": "3"}, "whole number"),
        ({"requiresDuplicateDetection": "true"}, "true or false"),
        ({"duplicateDetectionHistoryTimeWindow": "PT19S"}, "from PT20S to P7D"),
        ({"defaultMessageTimeToLive": "PT0.5S"}, "at least PT1S"),
        ({"autoDeleteOnIdle": "PT5M"}, "deletes no entity"),
        ({"requiresSession": True}, "requiresSession: True must be false or left out: this broker has no sessions"),
        ({"forwardTo": "x"}, "forwardTo: 'x' not supported: this broker forwards nothing"),
        ({"forwardDeadLetteredMessagesTo": "x"}, "forwards nothing"),
        ({"enableExpress": True}, "every message is stored"),
        ({"status": "Paused"}, "'Paused' must be one of Active, Disabled"),
        ({"maxSizeInMegabytes": -1}, "whole number from 1"),
    ],
)
def test_wrong_properties_are_refused_by_name(properties: dict[str, Any], problem: str) -> None:
    with pytest.raises(EntitiesError, match=problem):
        one_queue(**properties)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ([], "the file: must be an object"),
        ({"queue": []}, "unknown key 'queue'; known: queues, topics"),
        ({"queues": {}}, "queues: must be an array"),
        ({"queues": ["q"]}, r"queues\[0\]: must be an object"),
        ({"queues": [{}]}, r"queues\[0\].name: None must be of letters"),
        ({"queues": [{"name": "a b"}]}, "'a b' must be of letters"),
        ({"queues": [{"name": "x" * 261}]}, "at most 260"),
        ({"queues": [{"name": "q", "property": {}}]}, "unknown key 'property'"),
        ({"queues": [{"name": "q", "properties": []}]}, r"queues\[0\].properties: must be an object"),
        ({"queues": [{"name": "q"}, {"name": "Q"}]}, r"queues\[1\].name: 'Q' is taken by queues\[0\]"),
        ({"queues": [{"name": "q"}], "topics": [{"name": "Q"}]}, r"topics\[0\].name: 'Q' is taken by queues\[0\]"),
        ({"topics": [{"name": "t/subscriptions/a"}]}, "segment 'subscriptions'"),
        (
            {"topics": [{"name": "t", "subscriptions": [{"name": "a/b"}]}]},
            "'a/b' must have no '/'",
        ),
        ({"topics": [{"name": "t", "subscriptions": [{"name": "a"}, {"name": "A"}]}]}, "'A' is taken by"),
        ({"topics": [{"name": "t", "properties": {"lockDuration": "PT1S"}}]}, "lockDuration: unknown property"),
    ],
)
def test_wrong_files_are_refused_with_the_place(document: object, problem: str) -> None:
    with pytest.raises(EntitiesError, match=problem):
        parse_entities(document)


def test_the_file_is_named_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "entities.json"
    with pytest.raises(EntitiesError, match=r"entities\.json: cannot be read"):
        load_entities(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(EntitiesError, match=r"entities\.json: is not JSON"):
        load_entities(path)
    path.write_text(json.dumps({"queues": [{"name": "q"}]}), encoding="utf-8")
    assert [queue.name for queue in load_entities(path).queues] == ["q"]
