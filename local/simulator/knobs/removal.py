"""What keeps a relationship from being removed, how that is said, and what remains afterwards."""

from typing import Literal

from local.simulator.knobs.model import Model

Strictness = Literal["asStrictNce", "block", "allow"]


class Removal(Model):
    """The developer page asks for "no active subscription", the portal page for more. *Open*: no page tells."""

    strict_nce: bool = True
    """Open: suspended new-commerce licences block the removal (portal page), or do not (developer page)."""
    suspended_software: Strictness = "asStrictNce"
    """Open: whether suspended software subscriptions block."""
    suspended_marketplace: Strictness = "asStrictNce"
    """Open: whether suspended marketplace subscriptions block."""
    savings_plans: Strictness = "asStrictNce"
    """Open: whether live savings plans block, which nobody can cancel."""
    ended_blocks: bool = False
    """Open: whether expired and disabled subscriptions block."""
    perpetual_past_window_blocks: bool = False
    """Open: whether perpetual software that can no longer be cancelled blocks."""
    removal_preconditions: Literal["enforced", "ignored"] = "enforced"
    """Open: whether the API checks the preconditions at all; ignored: it removes whatever is active."""
    removal_refusal: Literal["2000", "2032", "3000", "800036"] = "2000"
    """Open: how the refusal is answered: 400/2000, 403/2032, 400/3000 or 417/800036."""
    repeated_removal_status: Literal[400, 404] = 400
    """Open: the status of 3000 when the relationship is gone already; both occur."""
    gdap_ends_with_relationship: bool = False
    """Open: whether the removal terminates GDAP too."""
    gone_customer: Literal["notFound", "tenantNotFound", "noRelationship"] = "notFound"
    """Open: GET of a removed customer: 404/1000, 404/60003 or 403/20002."""
    gone_collections: Literal["20002", "1002", "900159"] = "20002"
    """Open: the 403 of what a removed customer held: no relationship, authorization failed, or its longer form."""
    unknown_tenant: Literal["notFound", "noRelationship"] = "notFound"
    """Open: a tenant that never was a customer: 404/60003 or 403/20002."""
