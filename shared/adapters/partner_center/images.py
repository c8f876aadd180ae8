"""PATCH bodies made from the whole resource as it was read.

A minimal body would switch auto-renew off and delete the instructions for the next term (update a subscription by id),
so a body is always the resource with one thing changed. Keys keep the case in which the service wrote them.
"""

from __future__ import annotations

import json

from shared.domain.errors import InvalidRequestError
from shared.ports.partner import SubscriptionTarget

CANCEL_AT_TERM_END: list[dict[str, str]] = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]


def as_image(resource: dict[str, object]) -> str:
    """The resource as compact JSON text."""
    return json.dumps(resource, separators=(",", ":"), ensure_ascii=False)


def with_status(image: str, subscription_id: str, target: SubscriptionTarget) -> dict[str, object]:
    """The resource of `image` with another status; raises InvalidRequestError if it is not that subscription's."""
    try:
        resource = json.loads(image)
    except ValueError:
        resource = None
    if not isinstance(resource, dict):
        raise InvalidRequestError("invalid_image", "image", "must be the subscription as JSON text", image)
    if str(_get(resource, "id")).lower() != subscription_id.lower():
        raise InvalidRequestError("invalid_image", "image", f"must be subscription {subscription_id}")
    return _put(resource, "status", target.value)


def with_end_at_term(resource: dict[str, object]) -> dict[str, object]:
    """Auto-renew off and a Cancel at term end. Without the Cancel the term would roll into a paid extended service
    term; next-term instructions must go, because only one of the two may be sent."""
    kept = {key: item for key, item in resource.items() if key.casefold() != "schedulednextterminstructions"}
    return _put(_put(kept, "autoRenewEnabled", value=False), "scheduledActions", CANCEL_AT_TERM_END)


def without_renewal(resource: dict[str, object]) -> dict[str, object]:
    """Auto-renew off, for products that have no extended service term; what was planned for the next term must go."""
    kept = {key: item for key, item in resource.items() if key.casefold() != "schedulednextterminstructions"}
    return _put(kept, "autoRenewEnabled", value=False)


def _get(resource: dict[str, object], name: str) -> object:
    return next((item for key, item in resource.items() if key.casefold() == name.casefold()), None)


def _put(resource: dict[str, object], name: str, value: object) -> dict[str, object]:
    key = next((key for key in resource if key.casefold() == name.casefold()), name)
    return {**resource, key: value}
