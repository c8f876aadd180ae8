"""How long everything takes to show. All durations are business time."""

from datetime import timedelta

from pydantic import Field

from local.simulator.knobs.model import Model

_NOW = timedelta(0)


class Lags(Model):
    """Delays between an accepted change and the moment that readers see it."""

    async_patch: bool = False
    """A subscription PATCH answers 202 with a Location instead of 200 with the resource; both are documented."""
    patch_lag: timedelta = Field(default=_NOW, ge=_NOW)
    """Until a change that was answered with 202 shows."""
    entitlement_lag: timedelta = Field(default=timedelta(minutes=10), ge=_NOW)
    """Until a cancelled Azure subscription is inactive ("about ten minutes")."""
    removal_lag: timedelta = Field(default=timedelta(minutes=2), ge=_NOW)
    """Until readers see that the relationship is gone."""
    order_lag: timedelta = Field(default=_NOW, ge=_NOW)
    """Until readers see a cancelled order; documented as up to 15 minutes."""
    return_lag: timedelta = Field(default=timedelta(seconds=30), ge=_NOW)
    """Until a returned reservation is Cancelled."""
    gdap_lag: timedelta = Field(default=timedelta(minutes=2), ge=_NOW)
    """Until a terminated delegated admin relationship is terminated; half of it: terminating."""
    audit_lag: timedelta = Field(default=_NOW, ge=_NOW)
    """Until an activity log record shows."""
    renewal_job: timedelta = Field(default=timedelta(hours=1), ge=_NOW, le=timedelta(hours=24))
    """Length of the renewing or expiring job after a term's end; documented as up to 24 hours."""
    continuation_lasts: timedelta | None = Field(default=None, gt=_NOW)
    """How long a continuation token can be used; later it is refused with 400/2000. null: for good."""
    rate_limit_per_minute: int | None = Field(default=None, ge=1)
    """Partner Center requests in a sliding minute of business time; more answer 429. null: no limit."""
