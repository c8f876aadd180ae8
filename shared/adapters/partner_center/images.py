"""PATCH bodies made from the whole resource as it was read.

A minimal body would switch auto-renew off and delete the instructions for the next term (update a subscription by id),
so a body is always the resource with one thing changed. Keys keep the case in which the service wrote them.
"""

from __future__ import annotations

import json

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.holdings.terms import NAMES, same_terms
from shared.ports.partner import Part, SubscriptionTarget

CANCEL_AT_TERM_END: list[dict[str, str]] = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]


def as_image(resource: dict[str, object]) -> str:
    """The resource as compact JSON text."""
    return json.dumps(resource, separators=(",", ":"), ensure_ascii=False)


def with_status(image: str, subscription_id: str, target: SubscriptionTarget) -> dict[str, object]:
    """The resource of `image` with another status; raises InvalidRequestError if it is not that subscription's."""
    return _put(_resource(image, subscription_id), "status", target.value)


TERMS = ("autoRenewEnabled", "scheduledActions", "scheduledNextTermInstructions")


def with_part_of(
    resource: dict[str, object], before: str, subscription_id: str, part: Part
) -> dict[str, object] | None:
    """`resource` with that part as the image `before` shows it; None when it shows it already. What `before` does not
    have is left out, which clears it. Raises InvalidRequestError if `before` is not that subscription's."""
    earlier = _resource(before, subscription_id)
    if part is Part.STATUS:
        wanted, shown = str(_get(earlier, "status")).casefold(), str(_get(resource, "status")).casefold()
        return None if wanted == shown else _put(resource, "status", wanted)
    if same_terms(before, as_image(resource)):
        return None
    kept = {key: item for key, item in resource.items() if key.casefold() not in NAMES}
    for name in TERMS:
        value = _get(earlier, name)
        kept = kept if value is None else {**kept, _key(resource, earlier, name): value}
    return kept


def _key(resource: dict[str, object], earlier: dict[str, object], name: str) -> str:
    """The name in the case that the service uses now, or used before."""
    return next((key for key in (*resource, *earlier) if key.casefold() == name.casefold()), name)


def _resource(image: str, subscription_id: str) -> dict[str, object]:
    try:
        resource = json.loads(image)
    except ValueError:
        resource = None
    if not isinstance(resource, dict):
        raise InvalidRequestError(ReasonCode.INVALID_IMAGE, "image", "must be the subscription as JSON text", image)
    if str(_get(resource, "id")).lower() != subscription_id.lower():
        raise InvalidRequestError(ReasonCode.INVALID_IMAGE, "image", f"must be subscription {subscription_id}")
    return resource


def with_end_at_term(resource: dict[str, object]) -> dict[str, object]:
    """Auto-renew off and a Cancel at term end. Without the Cancel the term would roll into a paid extended service
    term; next-term instructions must go, because only one of the two may be sent."""
    kept = {key: item for key, item in resource.items() if key.casefold() != "schedulednextterminstructions"}
    return _put(_put(kept, "autoRenewEnabled", value=False), "scheduledActions", CANCEL_AT_TERM_END)


def with_next_term(resource: dict[str, object], instructions: dict[str, object]) -> dict[str, object]:
    """Instructions for the next term; scheduled actions must go, because beside them the instructions do not count.
    Auto-renew stays as it is, which has to be on."""
    return _put(_put(resource, "scheduledNextTermInstructions", instructions), "scheduledActions", None)


def without_renewal(resource: dict[str, object]) -> dict[str, object]:
    """Auto-renew off, for products that have no extended service term; what was planned for the next term must go."""
    kept = {key: item for key, item in resource.items() if key.casefold() != "schedulednextterminstructions"}
    return _put(kept, "autoRenewEnabled", value=False)


def with_quantity(resource: dict[str, object], quantity: int) -> dict[str, object]:
    """The resource with another number of seats, and nothing else changed: more than one change is not safe."""
    return _put(resource, "quantity", quantity)


def _get(resource: dict[str, object], name: str) -> object:
    return next((item for key, item in resource.items() if key.casefold() == name.casefold()), None)


def _put(resource: dict[str, object], name: str, value: object) -> dict[str, object]:
    key = next((key for key in resource if key.casefold() == name.casefold()), name)
    return {**resource, key: value}
