"""The properties of the Bicep types: which are known for what, what values they take, which are refused and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from local.broker.entities.durations import FOR_EVER, parse_duration
from local.broker.entities.model import DeliverySettings, IntakeSettings, Status


class EntitiesError(ValueError):
    """The entities file is wrong; the text names the place, the value and the rule."""


Reader = Callable[[object], object]
"""Turns a property's JSON value into what the broker uses, or raises ValueError with the rule."""


def _boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _must_be_false(reason: str) -> Reader:
    def read(value: object) -> object:
        if _boolean(value):
            raise ValueError(f"must be false or left out: {reason}")
        return value

    return read


def _refused(reason: str) -> Reader:
    def read(_: object) -> object:
        raise ValueError(f"not supported: {reason}")

    return read


def _whole(low: int, high: int) -> Reader:
    def read(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def _duration(low: timedelta, high: timedelta | None, rule: str) -> Reader:
    def read(value: object) -> object:
        if not isinstance(value, str):
            raise ValueError("must be an ISO 8601 duration such as PT30S or P14D")
        duration = parse_duration(value)
        if duration < low or (high is not None and duration > high):
            raise ValueError(f"must be {rule}")
        return duration

    return read


def _status(value: object) -> Status:
    try:
        return Status(str(value))
    except ValueError:
        raise ValueError(f"must be one of {', '.join(Status)}") from None


def _time_to_live(value: object) -> timedelta | None:
    duration = _duration(timedelta(seconds=1), None, "at least PT1S")(value)
    assert isinstance(duration, timedelta)
    return None if duration >= FOR_EVER else duration


_NEVER = "P10675199DT2H48M5.4775807S (never): this broker deletes no entity"
_ANY_ENTITY: dict[str, Reader] = {
    "status": _status,
    "enableBatchedOperations": _boolean,
    "autoDeleteOnIdle": _duration(FOR_EVER, None, _NEVER),
}
_INTAKE: dict[str, Reader] = {
    "defaultMessageTimeToLive": _time_to_live,
    "requiresDuplicateDetection": _boolean,
    "duplicateDetectionHistoryTimeWindow": _duration(timedelta(seconds=20), timedelta(days=7), "from PT20S to P7D"),
    "maxSizeInMegabytes": _whole(1, 81_920),
    "maxMessageSizeInKilobytes": _whole(1, 102_400),
    "enablePartitioning": _boolean,
    "enableExpress": _must_be_false("every message is stored"),
}
_DELIVERY: dict[str, Reader] = {
    "lockDuration": _duration(timedelta(milliseconds=1), timedelta(minutes=5), "above zero and at most PT5M"),
    "maxDeliveryCount": _whole(1, 2_000),
    "defaultMessageTimeToLive": _time_to_live,
    "deadLetteringOnMessageExpiration": _boolean,
    "requiresSession": _must_be_false("this broker has no sessions"),
    "forwardTo": _refused("this broker forwards nothing"),
    "forwardDeadLetteredMessagesTo": _refused("this broker forwards nothing"),
}
QUEUE_PROPERTIES = _ANY_ENTITY | _INTAKE | _DELIVERY
TOPIC_PROPERTIES = _ANY_ENTITY | _INTAKE | {"supportOrdering": _boolean}
SUBSCRIPTION_PROPERTIES = (
    _ANY_ENTITY
    | _DELIVERY
    | {
        "deadLetteringOnFilterEvaluationExceptions": _boolean,
        "isClientAffine": _must_be_false("this broker has no client-affine subscriptions"),
    }
)
"""`enablePartitioning`, `enableBatchedOperations`, `supportOrdering` and `deadLetteringOnFilterEvaluationExceptions`
are taken as they are: with one partition, one order and no filters both of their values come to the same."""


def read_properties(given: Mapping[str, object], known: Mapping[str, Reader], place: str) -> dict[str, object]:
    """Check every property at `place` and return their values. Raises EntitiesError for the first that is wrong."""
    values = {}
    for name, value in given.items():
        if name not in known:
            raise EntitiesError(f"{place}.{name}: unknown property; known: {', '.join(sorted(known))}")
        try:
            values[name] = known[name](value)
        except ValueError as error:
            raise EntitiesError(f"{place}.{name}: {value!r} {error}") from None
    return values


def intake_settings(values: Mapping[str, object]) -> IntakeSettings:
    """Settings of a queue's or topic's receiving side from checked properties."""
    window = values.get("duplicateDetectionHistoryTimeWindow", timedelta(minutes=10))
    megabytes, kilobytes = values.get("maxSizeInMegabytes", 1024), values.get("maxMessageSizeInKilobytes")
    time_to_live = values.get("defaultMessageTimeToLive")
    assert isinstance(window, timedelta)
    assert isinstance(megabytes, int)
    assert kilobytes is None or isinstance(kilobytes, int)
    assert time_to_live is None or isinstance(time_to_live, timedelta)
    return IntakeSettings(
        time_to_live=time_to_live,
        duplicate_window=window if values.get("requiresDuplicateDetection") else None,
        max_bytes=megabytes * 1024 * 1024,
        max_message_bytes=None if kilobytes is None else kilobytes * 1024,
    )


def delivery_settings(values: Mapping[str, object]) -> DeliverySettings:
    """Settings of a queue's or subscription's delivering side from checked properties."""
    lock, count = values.get("lockDuration", timedelta(minutes=1)), values.get("maxDeliveryCount", 10)
    time_to_live = values.get("defaultMessageTimeToLive")
    assert isinstance(lock, timedelta)
    assert isinstance(count, int)
    assert time_to_live is None or isinstance(time_to_live, timedelta)
    return DeliverySettings(
        lock_duration=lock,
        max_delivery_count=count,
        time_to_live=time_to_live,
        dead_letter_expired=bool(values.get("deadLetteringOnMessageExpiration")),
    )
