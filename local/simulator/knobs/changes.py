"""How changes are answered where no page settles it."""

from typing import Literal

from pydantic import Field

from local.simulator.knobs.model import Model


class Changes(Model):
    """Answers to PATCH and POST. *Open* means that no public page tells."""

    environment: Literal["production", "sandbox"] = "production"
    """The integration sandbox also cancels reservations through their order."""
    marketplace_variant: Literal["A", "B", "C"] = "A"
    """Open: cancelling marketplace SaaS after its window: A refused (API page), B accepted and effective at renewal
    (portal page), C a monthly one is deleted without refund (reported)."""
    pending_marketplace_cancel: Literal["refuse", "accept"] = "refuse"
    """Open: cancelling a marketplace subscription that waits for its activation: 400/800081, or it works."""
    window_code: Literal["hours", "days"] = "hours"
    """Open: the code of a cancellation that comes too late: 400/900213 (hours) or 400/900117 (days)."""
    base_with_addons: Literal["refuse", "cascade", "independent"] = "refuse"
    """Open: cancelling a base with live add-ons: 400/800096, takes them along, or leaves them."""
    unchanged_status: Literal["accept", "refuse"] = "accept"
    """Open: a PATCH to the status that it has already: 200 unchanged, or 400/800040."""
    if_match: Literal["2055", "412", "ignored"] = "2055"
    """Open: a stale etag in If-Match: 400/2055, 412/2055, or nobody looks."""
    omitted_scheduled_actions: Literal["clear", "keep"] = "clear"
    """Open: what a PATCH without scheduledActions does to them."""
    both_schedules: Literal["keep", "actionsWin", "refuse"] = "keep"
    """Open: a PATCH with scheduledActions and scheduledNextTermInstructions: both are kept (the actions count), the
    instructions are dropped, or 400/800002."""
    scheduled_actions: Literal["known", "ignored", "refused"] = "known"
    """Open: whether every cloud knows scheduledActions: kept, silently dropped, or 400/800002."""
    mid_term_change: Literal["dropsSchedules", "dropsInstructions", "keepsSchedules"] = "dropsSchedules"
    """Open: what a change of seats within the term does to what is scheduled for its end: scheduledActions and
    scheduledNextTermInstructions are dropped, the instructions alone, or nothing is."""
    other_cancellation_reason: Literal["refuse", "accept"] = "refuse"
    """Open: reasons other than compromise for cancelling an Azure subscription: 400/900307, or accepted."""
    stopped_azure: Literal["free", "blocks"] = "free"
    """Open: whether an Azure subscription that is disabled or suspended, and was not cancelled, keeps its plan from
    being suspended and the relationship from being removed."""
    azure_words: Literal["partnerCenter", "azure"] = "partnerCenter"
    """Open: the words for states of Azure subscriptions: active and inactive as Partner Center documents, or Azure's
    (Enabled, Warned, PastDue, Disabled, Expired once it is cancelled, Deleted)."""
    ended_plan: Literal["404", "403", "listed"] = "404"
    """Open: azureEntitlements of a plan that has ended: 404/20003, 403/20002, or the list as ever."""
    inactive_entitlement_cancel: Literal["accept", "refuse"] = "accept"
    """Open: cancelling an inactive Azure subscription: accepted without effect, or 400/800040."""
    entitlement_cancel_status: Literal[200, 202] = 202
    """Open: 202 without a body (reference), or 200 with a body that still says active (how-to page)."""
    return_status: Literal[200, 202] = 202
    """Both documented: 202 with a refund body and Location, or 200 with the order, still Succeeded."""
    refund_limit_usd: float = Field(default=50_000.0, ge=0)
    """Refunds of reservations in twelve months for each customer."""
    arm_access: Literal["delegated", "always", "never"] = "delegated"
    """Who may call Azure: with DAP or an active GDAP, everybody, nobody."""
    gdap: Literal["available", "absent"] = "available"
    """Open: whether every cloud has GDAP; absent: Graph knows no such segment (400 BadRequest)."""
