"""Rows of the subscriptions collection, by kind and state.

Source: "Subscription lifecycle states", "Cancel a new-commerce subscription", "Extended service terms", "Manage Azure
plan subscriptions", "Remove a reseller relationship", the error codes page.
"""

from __future__ import annotations

from local.simulator.scenario import builder as b
from local.simulator.tenant.kinds import Status
from tests.functional.truth_table.row import LINGERS, Person, Removed, Row, Waits, changed

SOON = "+P40D"
TERM_END = 42
"""Days until that term has ended, the job of up to 24 hours included."""
WRITES = ("if_match", "both_schedules", "omitted_scheduled_actions")
SCHEDULES = ("scheduled_actions", "scheduled_actions_case", "scheduled_cancel_ends", "est_backfill")
PAST = ("window_code", "window_shows", *WRITES, *SCHEDULES)
SUSPENDED = ("unchanged_status", "window_code", "strict_nce", "suspended_at_term_end")
REMOVAL = ("removal_preconditions",)
ENDED_BLOCKS = ("ended_blocks", True)
REFUSED_UNTIL_DELETED = Person("removal_refused", LINGERS, heals=130)
MORE_SEATS = {"quantity": 5, "added": "+PT0S"}
GOES_ON = "every change is refused for good (900311), and its term renews: Microsoft support has to end it"
NEVER_ACTIVATED = "every change is refused until it is activated (800081), and nothing ends it"

LICENCES = (
    Row("NCE licence, in window", (b.nce(),), Removed(), (*WRITES, *REMOVAL, "removal_refusal")),
    Row(
        "NCE licence, out of window",
        (b.nce_past_window(SOON),),
        Waits("in_term", TERM_END),
        (*PAST, *REMOVAL, "ended_blocks"),
        lingers=True,
    ),
    Row(
        "NCE licence, a Cancel scheduled",
        (b.nce_ending(SOON),),
        Waits("in_term", TERM_END),
        (*PAST, *REMOVAL),
        lingers=True,
    ),
    Row(
        "NCE licence, renewal off, no end action",
        (b.nce_drifting(SOON),),
        Waits("in_term", TERM_END),
        PAST,
        lingers=True,
    ),
    Row(
        "NCE licence, seats added after its end was recorded",
        (b.nce_ending(SOON),),
        Waits("in_term", TERM_END),
        ("mid_term_change", *PAST, *REMOVAL),
        rules=(changed("after", 3, "GET", "/subscriptions$", holding="licence", set={"seatsAdded": [MORE_SEATS]}),),
        lingers=True,
    ),
    Row(
        "NCE licence, suspended by Microsoft",
        (b.nce_suspended(suspension_reasons=("NonPayment",)),),
        Removed(),
        (*SUSPENDED, *REMOVAL),
    ),
    Row("NCE licence, monthly", (b.nce(started="-P10D", term="P1M"),), Waits("in_term", 24), PAST, lingers=True),
    Row("NCE licence, three years", (b.nce(started="-P1000D", term="P3Y"),), Waits("in_term", 100), PAST, lingers=True),
    Row("NCE licence, suspended in window", (b.nce_suspended(),), Removed(), (*SUSPENDED, *REMOVAL)),
    Row(
        "NCE licence, suspended out of window",
        (b.nce_suspended_past_window(SOON),),
        Waits("in_term", TERM_END),
        (*SUSPENDED, *REMOVAL, "scheduled_actions"),
        lingers=True,
    ),
    Row(
        "NCE licence, expired", (b.nce_expired(),), Removed(), ("ended_blocks",), {ENDED_BLOCKS: REFUSED_UNTIL_DELETED}
    ),
    Row(
        "NCE licence, disabled",
        (b.nce_disabled(),),
        Removed(),
        ("ended_blocks", "removal_refusal"),
        {ENDED_BLOCKS: REFUSED_UNTIL_DELETED},
    ),
    Row("NCE licence, renewal job", (b.nce_renewing(),), Removed(), ("renewal_job_cancel", *WRITES, *REMOVAL)),
    Row(
        "NCE licence, expiring job",
        (b.nce_expiring(),),
        Removed(),
        ("scheduled_cancel_ends", *REMOVAL),
        {ENDED_BLOCKS: REFUSED_UNTIL_DELETED},
    ),
    Row("NCE licence, pending operation", (b.nce_busy(),), Removed(), (*WRITES, *REMOVAL)),
    Row("NCE licence, pending", (b.nce_pending(),), Removed(), REMOVAL),
    Row("NCE licence, pending for ever", (b.nce_pending(None),), Waits("pending_at_microsoft", None), REMOVAL),
    Row("NCE licence, deleted", (b.nce_deleted(),), Removed(), ("ended_blocks",)),
    Row("NCE licence, too many updates", (b.nce_worn_out(),), Person("refused", GOES_ON), REMOVAL),
    Row("NCE extended service term", (b.extended(),), Removed(), (*SCHEDULES, *REMOVAL)),
    Row("NCE trial", (b.trial(),), Removed(), (*WRITES, *REMOVAL)),
    Row("NCE trial, suspended", (b.trial(status=Status.SUSPENDED),), Removed(), (*SUSPENDED, *REMOVAL)),
    Row(
        "NCE add-on and its base",
        (b.nce(name="Base"), b.add_on("Base")),
        Removed(),
        ("base_with_addons", *WRITES, *REMOVAL),
    ),
    Row(
        "NCE add-on out of window below a base in its window",
        (b.nce(name="Base"), b.add_on("Base", term_ends=SOON)),
        Waits("in_term", 366),
        ("base_with_addons", *SCHEDULES),
        {("base_with_addons", "cascade"): Removed(), ("base_with_addons", "independent"): Waits("in_term", TERM_END)},
        tries=("800096",),
        lingers=True,
    ),
    Row(
        "NCE add-on that ends while the window of its base is open",
        (b.nce(name="Base"), b.add_on("Base", term_ends="+P3D")),
        Waits("in_term", 5),
        ("base_with_addons", *SCHEDULES),
        {("base_with_addons", "cascade"): Removed()},
        tries=("800096",),
        lingers=True,
    ),
    Row(
        "NCE add-on that ends while the window of its base is open, answered with 202",
        (b.nce(name="Base"), b.add_on("Base", term_ends="+P3D")),
        Waits("in_term", 5),
        otherwise={("base_with_addons", "cascade"): Removed()},
        given={"async_patch": True},
        tries=("800096",),
        lingers=True,
    ),
    Row(
        "NCE add-on in its window below a base out of window",
        (b.nce_past_window(SOON, name="Base"), b.add_on("Base")),
        Waits("in_term", TERM_END),
        ("base_with_addons", *SCHEDULES),
        lingers=True,
    ),
    Row("legacy licence, active", (b.legacy(),), Removed(), ("if_match", *REMOVAL)),
    Row("legacy licence, renewal locked", (b.legacy_locked(),), Removed(), REMOVAL),
    Row("legacy licence, suspended", (b.legacy_suspended(),), Removed(), ("unchanged_status",)),
    Row("legacy licence, deleted", (b.legacy_deleted(),), Removed(), ("ended_blocks",)),
    Row(
        "legacy licence, expired",
        (b.legacy(status=Status.EXPIRED, started=None),),
        Removed(),
        ("ended_blocks",),
        {ENDED_BLOCKS: REFUSED_UNTIL_DELETED},
    ),
    Row(
        "legacy add-on and its base", (b.legacy(name="Base"), b.legacy_add_on("Base")), Removed(), ("unchanged_status",)
    ),
)
OTHER_KINDS = (
    Row("software subscription, in window", (b.software(),), Removed(), (*WRITES, *REMOVAL)),
    Row("software subscription, suspended in window", (b.software_suspended(),), Removed(), SUSPENDED),
    Row(
        "software subscription, suspended out of window",
        (b.software_suspended_past_window(started="-P1Y", term_ends=SOON),),
        Waits("in_term", TERM_END),
        (*SUSPENDED, "suspended_software", *REMOVAL),
        lingers=True,
    ),
    Row(
        "software subscription, out of window",
        (b.software_past_window(started="-P1Y", term_ends=SOON),),
        Waits("in_term", TERM_END),
        (*PAST, *REMOVAL),
        lingers=True,
    ),
    Row("marketplace, in window", (b.marketplace(),), Removed(), (*WRITES, *REMOVAL)),
    Row(
        "marketplace monthly, out of window",
        (b.marketplace_past_window(),),
        Waits("in_term", 30),
        ("marketplace_variant", *PAST, *REMOVAL),
        lingers=True,
    ),
    Row(
        "marketplace annual, out of window",
        (b.marketplace_past_window(annual=True, started="-P325D"),),
        Waits("in_term", TERM_END),
        ("marketplace_variant", *PAST),
        lingers=True,
    ),
    Row("marketplace, suspended in window", (b.marketplace_suspended(),), Removed(), SUSPENDED),
    Row(
        "marketplace monthly, suspended out of window",
        (b.marketplace_suspended_past_window(),),
        Waits("in_term", 30),
        ("marketplace_variant", "suspended_marketplace", *SUSPENDED),
        lingers=True,
    ),
    Row(
        "marketplace annual, suspended out of window",
        (b.marketplace_suspended_past_window(annual=True, started="-P325D"),),
        Waits("in_term", TERM_END),
        ("marketplace_variant", "suspended_marketplace", *SUSPENDED),
        lingers=True,
    ),
    Row(
        "marketplace, to be activated",
        (b.marketplace_pending(),),
        Person("pending_at_microsoft", NEVER_ACTIVATED),
        ("pending_marketplace_cancel", "pending_marketplace_status", *REMOVAL),
        {
            ("pending_marketplace_status", "active"): Person("refused", NEVER_ACTIVATED),
            ("pending_marketplace_cancel", "accept"): Removed(),
        },
        tries=("800081",),
    ),
    Row(
        "Azure plan, in use",
        (b.azure_plan(2, 1),),
        Removed(),
        ("entitlement_cancel_status", "inactive_entitlement_cancel", "other_cancellation_reason", *REMOVAL),
    ),
    Row("Azure plan, nothing active", (b.azure_plan_idle(),), Removed(), ("inactive_entitlement_cancel", *REMOVAL)),
    Row("Azure plan, suspended", (b.azure_plan_suspended(),), Removed(), ("unchanged_status",)),
    Row("legacy Azure, active", (b.legacy_azure(),), Removed(), ("if_match", *REMOVAL)),
    Row("legacy Azure, suspended", (b.legacy_azure_suspended(),), Removed(), ("unchanged_status",)),
    Row(
        "savings plan, active, renews",
        (b.savings_plan(started="-P325D"),),
        Waits("never_cancellable", TERM_END),
        ("savings_plans", "strict_nce", *REMOVAL),
    ),
    Row(
        "savings plan, active, does not renew",
        (b.savings_plan(started="-P325D", auto_renew=False),),
        Waits("never_cancellable", TERM_END),
        ("savings_plans", "strict_nce"),
    ),
    Row("savings plan, expired", (b.savings_plan_ended(),), Removed(), ("ended_blocks",)),
    Row("savings plan, disabled", (b.savings_plan_ended(Status.DISABLED),), Removed(), ("ended_blocks",)),
)
ROWS = (*LICENCES, *OTHER_KINDS)
