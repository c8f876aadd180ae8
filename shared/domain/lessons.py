"""What a refusal teaches about a holding, beyond this one call: which way of ending it is closed."""

from __future__ import annotations

from enum import StrEnum


class Lesson(StrEnum):
    """Stands in the row of the error map that says what the code means.

    WINDOW_CLOSED: the cancellation window has passed. NOT_ACTIVATED: it cannot be changed before it was activated.
    ADD_ONS_FIRST: said of a base subscription that has live add-ons. CALL_NOT_VALID: said of an end with the term
    where the cloud knows no scheduled actions. NO_REFUND: no refund is to be had. CHILDREN_ACTIVE: said of an Azure
    plan below which something is still active.
    """

    WINDOW_CLOSED = "window_closed"
    NOT_ACTIVATED = "not_activated"
    ADD_ONS_FIRST = "add_ons_first"
    CALL_NOT_VALID = "call_not_valid"
    NO_REFUND = "no_refund"
    CHILDREN_ACTIVE = "children_active"
