"""What a subscription's image says about its renewal and status, so that two images can be compared by meaning."""

from __future__ import annotations

import json

NAMES = ("autorenewenabled", "scheduledactions", "schedulednextterminstructions")
"""What our writes change besides the status (lower case: the service varies the case of its keys)."""
Terms = tuple[bool | None, str, str]


def terms_of(image: str) -> Terms | None:
    """Auto-renew (None: not shown), scheduled actions and instructions for the next term; None for an image that is
    not readable. Absent, null and empty are the same, and case says nothing."""
    found = _fields(image)
    if found is None:
        return None
    renews = found.get(NAMES[0])
    actions, instructions = (_plain(found.get(name)) for name in NAMES[1:])
    return renews if isinstance(renews, bool) else None, actions, instructions


def same_terms(before: str, now: str) -> bool:
    """Whether both images say the same. What the earlier one does not show of auto-renew cannot be compared; an image
    that cannot be read is equal to nothing."""
    first, second = terms_of(before), terms_of(now)
    if first is None or second is None:
        return False
    return first[1:] == second[1:] and (first[0] is None or first[0] == second[0])


def shown_status(image: str) -> str:
    """The status in lower case, "" where the image shows none."""
    status = (_fields(image) or {}).get("status")
    return status.casefold() if isinstance(status, str) else ""


def shown_offer(image: str) -> str:
    """Product and SKU, "" where the image shows none."""
    offer = (_fields(image) or {}).get("offerid")
    return offer if isinstance(offer, str) else ""


def _fields(image: str) -> dict[str, object] | None:
    try:
        resource = json.loads(image)
    except ValueError:
        return None
    return {key.casefold(): value for key, value in resource.items()} if isinstance(resource, dict) else None


def _plain(value: object) -> str:
    return json.dumps(_lower(value), sort_keys=True) if value else ""


def _lower(value: object) -> object:
    if isinstance(value, dict):
        return {str(key).casefold(): _lower(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_lower(item) for item in value]
    return value.casefold() if isinstance(value, str) else value
