"""The truth table: for each kind of subscription in each condition, what every change is answered with.

Each row follows Microsoft's documentation (error codes page, "Subscription lifecycle states",
"Cancel a new-commerce subscription", "Remove a reseller relationship"); cells that no page settles are knobs.
"""

from dataclasses import dataclass

from local.simulator.rules.conditions import Condition
from local.simulator.rules.outcomes import Accept, ByKnob, Outcome, Refuse, Removal, Then
from local.simulator.tenant.kinds import Kind


@dataclass(frozen=True, slots=True)
class Row:
    """One row. *edit* covers auto-renew, scheduled actions and every other change that is not of status."""

    suspend: Outcome
    cancel: Outcome
    edit: Outcome
    reactivate: Outcome
    removal: Removal


SUSPEND = Accept(Then.SUSPEND)
CANCEL = Accept(Then.CANCEL)
EDIT = Accept(Then.EDIT)
REACTIVATE = Accept(Then.REACTIVATE)
AS_IT_IS = ByKnob("unchanged_status", (("accept", Accept(Then.NOTHING)), ("refuse", Refuse("800040"))))
PAST_WINDOW = ByKnob("window_code", (("hours", Refuse("900213")), ("days", Refuse("900117"))))
SUSPENDED = Refuse("800091")
NO_STATUS = Refuse("800096")
NO_RENEWAL = Refuse("800093")
RENEWING = Refuse("800082", retry_after_seconds=120)
SAVINGS_PLAN = Refuse("900321")
NOT_ACTIVATED = Refuse("800081")
MARKETPLACE_PAST_WINDOW = ByKnob(
    "marketplace_variant", (("A", Refuse("900213")), ("B", Accept(Then.CANCEL_AT_RENEWAL)), ("C", CANCEL))
)
MARKETPLACE_ANNUAL_PAST_WINDOW = ByKnob(
    "marketplace_variant",
    (("A", Refuse("900213")), ("B", Accept(Then.CANCEL_AT_RENEWAL)), ("C", Refuse("900213"))),
)


def _refused(refusal: Refuse, removal: Removal) -> Row:
    return Row(refusal, refusal, refusal, refusal, removal)


COMMON: dict[Condition, Row] = {
    Condition.DELETED: _refused(Refuse("2011"), Removal.ALLOWED),
    Condition.EXPIRED: _refused(Refuse("900279"), Removal.ENDED),
    Condition.DISABLED: _refused(Refuse("900279"), Removal.ENDED),
    Condition.PENDING: _refused(Refuse("800082"), Removal.BLOCKED),
    Condition.PENDING_OPERATION: _refused(Refuse("900278"), Removal.BLOCKED),
    Condition.EXPIRING: _refused(Refuse("900277"), Removal.BLOCKED),
    Condition.RENEWING: Row(
        RENEWING,
        ByKnob("renewal_job_cancel", (("conflict", RENEWING), ("allow", CANCEL))),
        RENEWING,
        RENEWING,
        Removal.BLOCKED,
    ),
}
"""Rows for every kind that has no row of its own for the condition."""

ROWS: dict[tuple[Kind, Condition], Row] = {
    (Kind.NCE_LICENCE, Condition.ACTIVE_IN_WINDOW): Row(SUSPEND, CANCEL, EDIT, EDIT, Removal.BLOCKED),
    (Kind.NCE_LICENCE, Condition.ACTIVE_PAST_WINDOW): Row(SUSPEND, PAST_WINDOW, EDIT, EDIT, Removal.BLOCKED),
    (Kind.NCE_LICENCE, Condition.SUSPENDED_IN_WINDOW): Row(AS_IT_IS, CANCEL, SUSPENDED, REACTIVATE, Removal.STRICT),
    (Kind.NCE_LICENCE, Condition.SUSPENDED_PAST_WINDOW): Row(
        AS_IT_IS, PAST_WINDOW, SUSPENDED, REACTIVATE, Removal.STRICT
    ),
    (Kind.NCE_LICENCE, Condition.EXTENDED): Row(SUSPEND, CANCEL, EDIT, EDIT, Removal.BLOCKED),
    (Kind.NCE_TRIAL, Condition.ACTIVE_IN_WINDOW): Row(SUSPEND, CANCEL, EDIT, EDIT, Removal.BLOCKED),
    (Kind.NCE_TRIAL, Condition.ACTIVE_PAST_WINDOW): Row(SUSPEND, CANCEL, EDIT, EDIT, Removal.BLOCKED),
    (Kind.NCE_TRIAL, Condition.SUSPENDED_IN_WINDOW): Row(AS_IT_IS, CANCEL, SUSPENDED, REACTIVATE, Removal.STRICT),
    (Kind.NCE_TRIAL, Condition.SUSPENDED_PAST_WINDOW): Row(AS_IT_IS, CANCEL, SUSPENDED, REACTIVATE, Removal.STRICT),
    (Kind.LEGACY_LICENCE, Condition.ACTIVE): Row(SUSPEND, NO_STATUS, EDIT, EDIT, Removal.BLOCKED),
    (Kind.LEGACY_LICENCE, Condition.ACTIVE_LOCKED): Row(SUSPEND, NO_STATUS, NO_RENEWAL, NO_RENEWAL, Removal.BLOCKED),
    (Kind.LEGACY_LICENCE, Condition.SUSPENDED): Row(AS_IT_IS, NO_STATUS, SUSPENDED, REACTIVATE, Removal.ALLOWED),
    (Kind.SOFTWARE_SUBSCRIPTION, Condition.ACTIVE_IN_WINDOW): Row(SUSPEND, CANCEL, EDIT, EDIT, Removal.BLOCKED),
    (Kind.SOFTWARE_SUBSCRIPTION, Condition.ACTIVE_PAST_WINDOW): Row(SUSPEND, PAST_WINDOW, EDIT, EDIT, Removal.BLOCKED),
    (Kind.SOFTWARE_SUBSCRIPTION, Condition.SUSPENDED_IN_WINDOW): Row(
        AS_IT_IS, CANCEL, SUSPENDED, REACTIVATE, Removal.STRICT
    ),
    (Kind.SOFTWARE_SUBSCRIPTION, Condition.SUSPENDED_PAST_WINDOW): Row(
        AS_IT_IS, PAST_WINDOW, SUSPENDED, REACTIVATE, Removal.STRICT
    ),
    (Kind.MARKETPLACE, Condition.ACTIVE_IN_WINDOW): Row(SUSPEND, CANCEL, EDIT, EDIT, Removal.BLOCKED),
    (Kind.MARKETPLACE, Condition.ACTIVE_PAST_WINDOW): Row(
        SUSPEND, MARKETPLACE_PAST_WINDOW, EDIT, EDIT, Removal.BLOCKED
    ),
    (Kind.MARKETPLACE, Condition.ANNUAL_PAST_WINDOW): Row(
        SUSPEND, MARKETPLACE_ANNUAL_PAST_WINDOW, EDIT, EDIT, Removal.BLOCKED
    ),
    (Kind.MARKETPLACE, Condition.SUSPENDED_IN_WINDOW): Row(AS_IT_IS, CANCEL, SUSPENDED, REACTIVATE, Removal.STRICT),
    (Kind.MARKETPLACE, Condition.SUSPENDED_PAST_WINDOW): Row(
        AS_IT_IS, MARKETPLACE_PAST_WINDOW, SUSPENDED, REACTIVATE, Removal.STRICT
    ),
    (Kind.MARKETPLACE, Condition.SUSPENDED_ANNUAL_PAST_WINDOW): Row(
        AS_IT_IS, MARKETPLACE_ANNUAL_PAST_WINDOW, SUSPENDED, REACTIVATE, Removal.STRICT
    ),
    (Kind.MARKETPLACE, Condition.PENDING): Row(
        NOT_ACTIVATED,
        ByKnob("pending_marketplace_cancel", (("refuse", NOT_ACTIVATED), ("accept", CANCEL))),
        NOT_ACTIVATED,
        NOT_ACTIVATED,
        Removal.BLOCKED,
    ),
    (Kind.AZURE_PLAN, Condition.ACTIVE_IN_USE): Row(
        Refuse("900115"), NO_STATUS, NO_RENEWAL, NO_RENEWAL, Removal.BLOCKED
    ),
    (Kind.AZURE_PLAN, Condition.ACTIVE): Row(SUSPEND, NO_STATUS, NO_RENEWAL, NO_RENEWAL, Removal.BLOCKED),
    (Kind.AZURE_PLAN, Condition.SUSPENDED): Row(AS_IT_IS, NO_STATUS, SUSPENDED, REACTIVATE, Removal.ALLOWED),
    (Kind.LEGACY_AZURE, Condition.ACTIVE): Row(SUSPEND, NO_STATUS, NO_RENEWAL, NO_RENEWAL, Removal.BLOCKED),
    (Kind.LEGACY_AZURE, Condition.SUSPENDED): Row(AS_IT_IS, NO_STATUS, SUSPENDED, REACTIVATE, Removal.ALLOWED),
    (Kind.SAVINGS_PLAN, Condition.ACTIVE): _refused(SAVINGS_PLAN, Removal.STRICT),
    (Kind.SAVINGS_PLAN, Condition.SUSPENDED): _refused(SAVINGS_PLAN, Removal.STRICT),
    (Kind.SAVINGS_PLAN, Condition.EXPIRED): _refused(SAVINGS_PLAN, Removal.ALLOWED),
    (Kind.SAVINGS_PLAN, Condition.DISABLED): _refused(SAVINGS_PLAN, Removal.ALLOWED),
}


def row(kind: Kind, condition: Condition) -> Row:
    """The row for a subscription. KeyError would be a gap in the table; a test walks every pair."""
    return ROWS.get((kind, condition)) or COMMON[condition]
