"""Records of an earlier version, brought to the form that this one reads.

Offboardings wait for years, so a record may be older than the code. What is stored is read as it was meant then; it is
written in today's form with the next change.
"""

from __future__ import annotations

import json
from typing import Any

from shared.adapters.partner_center.error_map.final import FINAL
from shared.adapters.partner_center.error_map.passing import PASSING
from shared.adapters.reservations.error_map import AZURE
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.removal import RemovalState

LESSONS = {row.code: row.teaches.value for row in (*FINAL, *PASSING, *AZURE) if row.code and row.teaches}
"""What each code teaches: once it was looked up by the code of the action, which is stored."""


def upgraded_head(text: str) -> str:
    """The head with a `state` of its removal (before, it followed from the answer and from `without_effect`), and with
    the mark of what was planned in mode plan (before, its reason alone told)."""
    planned_only = '"mode_plan"' in text and '"held_by_mode"' not in text
    if '"without_effect"' not in text and not planned_only:
        return text
    head: dict[str, Any] = json.loads(text)
    if planned_only and head.get("stage") == "plan" and (head.get("reason") or {}).get("code") == "mode_plan":
        head["held_by_mode"] = True
    removal = head.get("removal")
    if isinstance(removal, dict) and "state" not in removal:
        accepted = removal.get("status") is not None and 200 <= removal["status"] < 300
        removal["state"] = _removal_state(removal, accepted=accepted).value
        if removal.get("without_effect") and accepted:
            removal["accepted_before"] = True
    return json.dumps(head)


def upgraded_holding(text: str) -> str:
    """The holding with what the refusals of its actions teach: before, it was read from their codes."""
    if '"refused"' not in text or '"lesson"' in text:
        return text
    record: dict[str, Any] = json.loads(text)
    for action in record.get("actions", ()):
        if action.get("state") == ActionState.REFUSED.value and action.get("code") in LESSONS:
            action["lesson"] = LESSONS[action["code"]]
    return json.dumps(record)


def _removal_state(removal: dict[str, Any], *, accepted: bool) -> RemovalState:
    if removal.get("without_effect"):
        return RemovalState.WITHOUT_EFFECT
    if accepted:
        return RemovalState.ACCEPTED
    if removal.get("status") is not None:
        return RemovalState.REFUSED
    return RemovalState.INTENDED if removal.get("answered_at") is None else RemovalState.UNCLEAR
