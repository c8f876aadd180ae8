"""How a customer is called for people: by its name, or by the next best word where that is missing or unreadable."""

from __future__ import annotations

from shared.domain.offboarding.record import Offboarding
from shared.domain.wording import plain

NOT_IDENTIFIED = "a customer that is not identified"
FORGOTTEN = "(forgotten)"
"""What stands in a record for text that retention deleted."""


def name_of(head: Offboarding, unknown: str = NOT_IDENTIFIED) -> str:
    """The customer's name, else its domain, else its tenant id, else `unknown`; text of others.

    What was identified counts more than what the request says.
    """
    customer, request = head.customer, head.request
    found = (customer.company_name, customer.domain) if customer else (request.company_name, None)
    return first_readable(*found, request.domain, head.customer_id) or unknown


def domain_of(head: Offboarding) -> str:
    """The customer's domain, as identified, else as asked for; empty where neither is known."""
    return (head.customer.domain if head.customer else head.request.domain) or ""


def is_forgotten(head: Offboarding) -> bool:
    """Retention deleted the names and sentences in it."""
    return head.request.requested_by == FORGOTTEN


def first_readable(*words: str | None) -> str:
    """The first of the words in which there is something to read, without space around it; empty for none."""
    return next((word.strip() for word in words if word and _readable(word)), "")


def _readable(word: str) -> bool:
    """A blank is nothing to read, and neither are signs that are never shown."""
    return any(
        sign.isprintable() and not sign.isspace() and sign != "\N{REPLACEMENT CHARACTER}" for sign in plain(word)
    )
