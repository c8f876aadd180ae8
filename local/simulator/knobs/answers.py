"""The shapes of answers: pages, odd bodies, casing."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from local.simulator.knobs.model import Model


class Oddity(StrEnum):
    """How often an odd body shape is used."""

    NEVER = "never"
    DOCUMENTED = "documented"
    ALWAYS = "always"


class Answers(Model):
    """Every value occurs in documented bodies or in published client code, unless marked *Open*."""

    page_size: int = Field(default=500, ge=1)
    """Largest page of Partner Center."""
    graph_page_size: int = Field(default=100, ge=1)
    """Largest page of Graph."""
    total_count: Literal["all", "page"] = "all"
    """On a page: the count of all items, or of the page."""
    pages_go_by: Literal["item", "position"] = "item"
    """Open: what a continuation token stands for: the last item, or how many came before it. By position, in a list by
    name, what comes between two pages shows an item twice, and what goes hides one."""
    continuation_in: Literal["both", "body", "links"] = "both"
    """Where the continuation token is."""
    bom: Oddity = Oddity.DOCUMENTED
    """A UTF-8 byte order mark before bodies."""
    pascal_case: Oddity = Oddity.NEVER
    """PascalCase keys: never, which is all that some clients read; in the answers that are documented so (a
    suspension, a removal, changes of legacy subscriptions); or always."""
    error_codes: Literal["mixed", "number", "string"] = "mixed"
    """The JSON type of an error's code."""
    upper_case_legacy_ids: bool = True
    """Legacy subscriptions show upper-case GUIDs."""
    scheduled_actions_case: Literal["pascal", "camel"] = "pascal"
    """Open: casing of scheduledActions when read back: TermEnd or termEnd."""
    pending_marketplace_status: Literal["pending", "active"] = "pending"
    """Open: the status of a marketplace subscription that waits for its activation; attentionNeeded either way."""
    dap_answer: Literal["documented", "customer"] = "documented"
    """The answer to removing DAP: a lone brace, as documented, or the customer."""
    cancelled_order: Literal["documented", "lineZero", "statusOnly", "quantityOnly"] = "documented"
    """A cancelled order: quantity 0, status only (quantity stays), quantity only (status stays), or as documented:
    statusOnly for a whole order, lineZero for named lines."""
    order_fields: Literal["documented", "sparse", "whole"] = "documented"
    """Open: which fields orders show: those of most documented bodies; few (legacy ones without a status, words
    capitalised); or all of the reference, with prices."""
    cancelled_entitlement: Literal["zero", "missing"] = "zero"
    """Open: a cancelled or refunded entitlement shows quantity 0, or is missing."""
    window_shows: Literal["everywhere", "date", "refundOptions", "refundableQuantity", "action", "nowhere"] = (
        "everywhere"
    )
    """Open: where an open cancellation window shows: documented bodies of licences and of the marketplace carry
    refundOptions or refundableQuantity, those of software cancellationAllowedUntilDate, some list an action cancel."""
    quantity_details: Literal["absent", "fulfilled", "unknown"] = "absent"
    """Open: quantityDetails of entitlements: left out, with the status of order provisioning, or with another word."""
    validate_mfa_answer: Literal["header", "absent"] = "header"
    """Open: where the request header ValidateMfa is answered: response header isMfaCompliant, or nowhere visible."""
