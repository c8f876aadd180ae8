"""The settings of the simulated tenant: everything that Microsoft leaves open, or that a test wants to vary."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Base of everything read from outside: camelCase names, unknown fields refused, frozen."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True, extra="forbid", frozen=True)


class Oddity(StrEnum):
    """How often an odd body shape is used."""

    NEVER = "never"
    DOCUMENTED = "documented"
    ALWAYS = "always"


class SignInFailure(StrEnum):
    """Ways in which the token endpoint can refuse."""

    INVALID_GRANT = "invalidGrant"
    INTERACTION_REQUIRED = "interactionRequired"
    INVALID_CLIENT = "invalidClient"
    UNAVAILABLE = "unavailable"


class SignIn(Model):
    """How sign-in behaves. *audience* overrides the audience of every token; *mfa* False drops the mfa claim."""

    mfa: bool = True
    failure: SignInFailure | None = None
    audience: str | None = None
    rotate_refresh_token: bool = True
    token_lifetime: timedelta = Field(default=timedelta(seconds=3599), ge=timedelta(seconds=1))


class Knobs(Model):
    """All knobs with their defaults; docs/scenarios.md explains each. Durations are business time."""

    strict_nce: bool = True
    environment: Literal["production", "sandbox"] = "production"
    sign_in: SignIn = SignIn()
    rate_limit_per_minute: int | None = Field(default=None, ge=1)

    async_patch: bool = False
    patch_lag: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    entitlement_lag: timedelta = Field(default=timedelta(minutes=10), ge=timedelta(0))
    removal_lag: timedelta = Field(default=timedelta(minutes=2), ge=timedelta(0))
    order_lag: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    return_lag: timedelta = Field(default=timedelta(seconds=30), ge=timedelta(0))
    gdap_lag: timedelta = Field(default=timedelta(minutes=2), ge=timedelta(0))
    audit_lag: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    renewal_job: timedelta = Field(default=timedelta(hours=1), ge=timedelta(0), le=timedelta(hours=24))

    est: bool = True
    est_from: date = date(2026, 5, 4)
    suspended_at_term_end: Literal["disabled", "expired", "est"] = "disabled"
    marketplace_variant: Literal["A", "B", "C"] = "A"
    window_code: Literal["hours", "days"] = "hours"
    renewal_job_cancel: Literal["conflict", "allow"] = "conflict"
    base_with_addons: Literal["refuse", "cascade", "independent"] = "refuse"
    unchanged_status: Literal["accept", "refuse"] = "accept"
    omitted_scheduled_actions: Literal["clear", "keep"] = "clear"
    perpetual_past_window_blocks: bool = False
    gdap_ends_with_relationship: bool = False
    unknown_tenant: Literal["notFound", "noRelationship"] = "notFound"
    repeated_removal_status: Literal[400, 404] = 400
    gone_customer: Literal["notFound", "noRelationship"] = "notFound"
    inactive_entitlement_cancel: Literal["accept", "refuse"] = "accept"
    refund_limit_usd: float = Field(default=50_000.0, ge=0)
    arm_access: Literal["delegated", "always", "never"] = "delegated"

    page_size: int = Field(default=500, ge=1)
    graph_page_size: int = Field(default=100, ge=1)
    total_count: Literal["all", "page"] = "all"
    continuation_in: Literal["both", "body", "links"] = "both"
    bom: Oddity = Oddity.DOCUMENTED
    pascal_case: Oddity = Oddity.DOCUMENTED
    error_codes: Literal["mixed", "number", "string"] = "mixed"
    upper_case_legacy_ids: bool = True
    scheduled_actions_case: Literal["pascal", "camel"] = "pascal"
    entitlement_cancel_status: Literal[200, 202] = 202
    return_status: Literal[200, 202] = 202
    dap_answer: Literal["documented", "customer"] = "documented"
    cancelled_order: Literal["documented", "lineZero", "statusOnly", "quantityOnly"] = "documented"
    cancelled_entitlement: Literal["zero", "missing"] = "zero"
