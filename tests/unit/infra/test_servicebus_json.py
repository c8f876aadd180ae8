"""servicebus.json against the limits of Service Bus and against what the pipeline needs of each entity.

Limits: learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas and the property pages of
Microsoft.ServiceBus/namespaces/queues, /topics and /topics/subscriptions.
"""

import re
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from tests.unit.infra.support import INFRA, iso_duration, load

ENTITIES = load(INFRA / "servicebus.json")

STAGE_QUEUES = [
    f"offboarding-{stage}" for stage in ("plan", "suspend", "cancel", "verify", "remove", "confirm", "restore")
]
PEOPLE_QUEUE = "offboarding-rejected"
INTAKE_QUEUE = "offboarding-requests"
TELL_QUEUE = "offboarding-notifications"

DUPLICATES = {"requiresDuplicateDetection": bool, "duplicateDetectionHistoryTimeWindow": str}
DELIVERY = {"lockDuration": str, "maxDeliveryCount": int, "deadLetteringOnMessageExpiration": bool}
LIFE = {"defaultMessageTimeToLive": str}
ALLOWED: dict[str, dict[str, type]] = {
    "queue": DELIVERY | DUPLICATES | LIFE,
    "topic": DUPLICATES | LIFE,
    "subscription": DELIVERY | LIFE,
}


class Entity(NamedTuple):
    """One queue, topic or subscription."""

    kind: str
    name: str
    properties: dict[str, Any]


def _read() -> list[Entity]:
    found = [Entity("queue", queue["name"], queue["properties"]) for queue in ENTITIES["queues"]]
    for topic in ENTITIES["topics"]:
        found.append(Entity("topic", topic["name"], topic["properties"]))
        found += [Entity("subscription", sub["name"], sub["properties"]) for sub in topic["subscriptions"]]
    return found


ALL = _read()
BY_NAME = {entity.name: entity for entity in ALL}
every_entity = pytest.mark.parametrize("entity", ALL, ids=lambda entity: f"{entity.kind}-{entity.name}")


def test_shape() -> None:
    assert set(ENTITIES) == {"queues", "topics"}
    for queue in ENTITIES["queues"]:
        assert set(queue) == {"name", "properties"}
    for topic in ENTITIES["topics"]:
        assert set(topic) == {"name", "properties", "subscriptions"}
        assert topic["subscriptions"], "a topic without a subscription drops every event"
        for subscription in topic["subscriptions"]:
            assert set(subscription) == {"name", "properties"}


def test_the_entities_of_the_pipeline() -> None:
    assert {e.name for e in ALL if e.kind == "queue"} == {INTAKE_QUEUE, PEOPLE_QUEUE, TELL_QUEUE, *STAGE_QUEUES}
    assert {e.name for e in ALL if e.kind == "topic"} == {"offboarding-events"}
    assert {e.name for e in ALL if e.kind == "subscription"} == {"crm", "operations", "notify"}


def test_names_are_unique_without_case() -> None:
    """Service Bus compares names without case, and a queue and a topic share one name space."""
    tops = [e.name.lower() for e in ALL if e.kind != "subscription"]
    assert len(tops) == len(set(tops))
    for topic in ENTITIES["topics"]:
        subscriptions = [sub["name"].lower() for sub in topic["subscriptions"]]
        assert len(subscriptions) == len(set(subscriptions))


@every_entity
def test_name_within_the_limits(entity: Entity) -> None:
    assert len(entity.name) <= (50 if entity.kind == "subscription" else 260)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", entity.name)


@every_entity
def test_only_properties_that_azure_and_the_local_broker_both_honour(entity: Entity) -> None:
    allowed = ALLOWED[entity.kind]
    assert set(entity.properties) <= set(allowed)
    for name, value in entity.properties.items():
        assert type(value) is allowed[name], name


@every_entity
def test_values_within_the_limits(entity: Entity) -> None:
    properties = entity.properties
    if entity.kind != "topic":
        assert timedelta(seconds=5) <= iso_duration(properties["lockDuration"]) <= timedelta(minutes=5)
        assert 1 <= properties["maxDeliveryCount"] <= 2000
        assert isinstance(properties["deadLetteringOnMessageExpiration"], bool)
    if "duplicateDetectionHistoryTimeWindow" in properties:
        window = iso_duration(properties["duplicateDetectionHistoryTimeWindow"])
        assert timedelta(seconds=20) <= window <= timedelta(days=7)
        assert properties["requiresDuplicateDetection"] is True, "a window without detection means nothing"
    if "defaultMessageTimeToLive" in properties:
        assert iso_duration(properties["defaultMessageTimeToLive"]) >= timedelta(seconds=1)


@pytest.mark.parametrize("name", STAGE_QUEUES)
def test_stage_queue(name: str) -> None:
    """A stage's message id names one attempt: a repeated send of it is dropped, and nothing expires while waiting."""
    assert BY_NAME[name].properties == {
        "lockDuration": "PT5M",
        "maxDeliveryCount": 10,
        "deadLetteringOnMessageExpiration": True,
        "requiresDuplicateDetection": True,
        "duplicateDetectionHistoryTimeWindow": "PT1H",
    }


def test_intake_accepts_any_message_id_again() -> None:
    """The request id makes intake idempotent; a window would drop a corrected request that reuses a message id."""
    properties = BY_NAME[INTAKE_QUEUE].properties
    assert properties["requiresDuplicateDetection"] is False
    assert properties["deadLetteringOnMessageExpiration"] is True
    assert "defaultMessageTimeToLive" not in properties


def test_people_have_time_to_read_rejections() -> None:
    properties = BY_NAME[PEOPLE_QUEUE].properties
    assert properties["requiresDuplicateDetection"] is False
    assert iso_duration(properties["defaultMessageTimeToLive"]) > timedelta(days=14)
    assert properties["deadLetteringOnMessageExpiration"] is True


def test_events_are_deduplicated_and_an_unread_subscription_cannot_fill_the_topic() -> None:
    assert BY_NAME["offboarding-events"].properties["requiresDuplicateDetection"] is True
    assert BY_NAME["crm"].properties["deadLetteringOnMessageExpiration"] is True
    assert BY_NAME["operations"].properties["deadLetteringOnMessageExpiration"] is False
    for name in ("crm", "operations", "notify"):
        assert "defaultMessageTimeToLive" in BY_NAME[name].properties


def test_what_could_not_be_told_is_kept_and_not_told_over_and_over() -> None:
    """The last try raises, so each delivery after it asks a receiver that has failed for 18 hours once more."""
    properties = BY_NAME[TELL_QUEUE].properties
    assert properties["requiresDuplicateDetection"] is True
    assert properties["deadLetteringOnMessageExpiration"] is True
    assert "defaultMessageTimeToLive" not in properties
    assert properties["maxDeliveryCount"] == 3
    assert BY_NAME["notify"].properties["deadLetteringOnMessageExpiration"] is True
