"""Licences: new commerce, trials, add-ons, extended service terms, legacy."""

from typing import Any

from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.tenant.kinds import Job, Kind, Status


def nce(**fields: Any) -> SubscriptionSpec:
    """A new-commerce licence, two days into an annual term (in its cancellation window) unless told otherwise."""
    return SubscriptionSpec(kind=Kind.NCE_LICENCE, **fields)


def nce_past_window(term_ends: str = "+P200D", **fields: Any) -> SubscriptionSpec:
    """A new-commerce licence whose cancellation window has closed; it renews."""
    return nce(term_ends=term_ends, **fields)


def nce_ending(term_ends: str = "+P200D", **fields: Any) -> SubscriptionSpec:
    """Auto-renew off and a scheduled Cancel: it ends with its term."""
    return nce(term_ends=term_ends, scheduled_cancel=True, **fields)


def nce_drifting(term_ends: str = "+P200D", **fields: Any) -> SubscriptionSpec:
    """Auto-renew off without an end action: it rolls into an extended service term."""
    return nce(term_ends=term_ends, auto_renew=False, **fields)


def nce_suspended(**fields: Any) -> SubscriptionSpec:
    """Suspended in its window: still billed, can still be cancelled."""
    return nce(status=Status.SUSPENDED, **fields)


def nce_suspended_past_window(term_ends: str = "+P200D", **fields: Any) -> SubscriptionSpec:
    """Suspended after its window: still billed, can no longer be cancelled."""
    return nce(status=Status.SUSPENDED, term_ends=term_ends, **fields)


def nce_expired(**fields: Any) -> SubscriptionSpec:
    """In the free days after a term's end."""
    return nce(status=Status.EXPIRED, **fields)


def nce_disabled(**fields: Any) -> SubscriptionSpec:
    """In the 90 days before deletion."""
    return nce(status=Status.DISABLED, **fields)


def nce_deleted(**fields: Any) -> SubscriptionSpec:
    """Cancelled or long over."""
    return nce(status=Status.DELETED, **fields)


def nce_pending(settles: str | None = "+PT2H", **fields: Any) -> SubscriptionSpec:
    """Just bought: not ready for changes until it settles (None: never)."""
    return nce(status=Status.PENDING, settles=settles, **fields)


def nce_busy(until: str = "+P1D", **fields: Any) -> SubscriptionSpec:
    """Another operation is pending until then: 409/900278."""
    return nce(pending_operation_until=until, **fields)


def nce_renewing(until: str = "+PT1H", **fields: Any) -> SubscriptionSpec:
    """The renewal job runs until then: 409."""
    return nce(job=Job.RENEWING, job_until=until, **fields)


def nce_expiring(until: str = "+PT1H", **fields: Any) -> SubscriptionSpec:
    """The expiring job runs until then: 400/900277."""
    return nce(**{"job": Job.EXPIRING, "job_until": until, "scheduled_cancel": True} | fields)


def nce_worn_out(**fields: Any) -> SubscriptionSpec:
    """Updated so often that every further change answers 400/900311."""
    return nce(updates=1200, **fields)


def extended(**fields: Any) -> SubscriptionSpec:
    """A licence in its extended service term: paid by the month, cancellable at any time."""
    return nce(**{"started": "-P5D", "extended": True} | fields)


def trial(**fields: Any) -> SubscriptionSpec:
    """A new-commerce trial: cancellable at any time, converts to paid if auto-renew is on."""
    return SubscriptionSpec(kind=Kind.NCE_TRIAL, **fields)


def add_on(parent: str, **fields: Any) -> SubscriptionSpec:
    """A new-commerce add-on of the subscription with that name or id."""
    return nce(**{"parent": parent, "name": "Add-on"} | fields)


def legacy(**fields: Any) -> SubscriptionSpec:
    """A legacy licence."""
    return SubscriptionSpec(kind=Kind.LEGACY_LICENCE, **{"started": "-P100D"} | fields)


def legacy_locked(**fields: Any) -> SubscriptionSpec:
    """A legacy licence whose auto-renew cannot be changed: 400/800093."""
    return legacy(renewal_locked=True, **fields)


def legacy_suspended(**fields: Any) -> SubscriptionSpec:
    """A suspended legacy licence: unbilled, no longer in the way."""
    return legacy(status=Status.SUSPENDED, **fields)


def legacy_deleted(**fields: Any) -> SubscriptionSpec:
    """A legacy licence that is gone."""
    return legacy(status=Status.DELETED, **fields)


def legacy_add_on(parent: str, **fields: Any) -> SubscriptionSpec:
    """A legacy add-on: suspending its base takes it along."""
    return legacy(**{"parent": parent, "name": "Add-on"} | fields)
