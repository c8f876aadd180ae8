"""What each kind of subscription answers to suspend, cancel, auto-renew off and the removal, in each state.

Source: the error codes page, "Subscription lifecycle states", "Cancel a new-commerce subscription", "Update a
subscription by ID", "Remove a reseller relationship". What no page settles is an open cell: a knob and its answer.
"""

from dataclasses import dataclass, field
from typing import Any

OK = "200"
STAYS = "200 stays active"
"""Accepted, but it ends only with its term."""
IN_THE_WAY, FREE = "blocks", "free"
Knobs = dict[str, Any]
Open = tuple[str, Knobs, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a state of local.simulator.scenario.states, four cells, and cells under other knobs.

    *open_cells* are (action, knobs, expected). *subject* is the index of the subscription that is meant.
    """

    name: str
    state: str
    suspend: str
    cancel: str
    renew_off: str
    remove: str
    open_cells: tuple[Open, ...] = field(default=())
    subject: int = 0


def _row(name: str, state: str, cells: str, remove: str, *open_cells: Open, subject: int = 0) -> Row:
    suspend, cancel, renew_off = cells.split()
    return Row(name, state, suspend, cancel, renew_off, remove, open_cells, subject)


UNCHANGED: Open = ("suspend", {"unchanged_status": "refuse"}, "400/800040")
LENIENT: Open = ("remove", {"strict_nce": False}, FREE)
ENDED: Open = ("remove", {"ended_blocks": True}, IN_THE_WAY)
DAYS: Open = ("cancel", {"window_code": "days"}, "400/900117")
UNREADY = "409/800082 409/800082 409/800082"
OVER = "400/900279 400/900279 400/900279"
GONE = "400/2011 400/2011 400/2011"
SAVINGS = "403/900321 403/900321 403/900321"
WAITING = "400/800081 400/800081 400/800081"


def _either(knob: str) -> tuple[Open, ...]:
    """A kind with a strictness knob of its own, which wins over the general one."""
    return (
        ("remove", {"strict_nce": False}, FREE),
        ("remove", {knob: "allow"}, FREE),
        ("remove", {"strict_nce": False, knob: "block"}, IN_THE_WAY),
    )


ROWS = (
    _row("NCE in window", "nce", "200 200 200", IN_THE_WAY),
    _row("NCE out of window", "nce_past_window", "200 400/900213 200", IN_THE_WAY, DAYS),
    _row("NCE of three years", "nce_three_years", "200 400/900213 200", IN_THE_WAY),
    _row("NCE by the month", "nce_monthly", "200 400/900213 200", IN_THE_WAY),
    _row("NCE with a scheduled Cancel", "nce_ending", "200 400/900213 200", IN_THE_WAY),
    _row("NCE, renewal off, no end action", "nce_drifting", "200 400/900213 200", IN_THE_WAY),
    _row("NCE suspended, in window", "nce_suspended", "200 200 400/800091", IN_THE_WAY, UNCHANGED, LENIENT),
    _row(
        "NCE suspended, out of window",
        "nce_suspended_past_window",
        "200 400/900213 400/800091",
        IN_THE_WAY,
        UNCHANGED,
        LENIENT,
        DAYS,
    ),
    _row("NCE expired", "nce_expired", OVER, FREE, ENDED),
    _row("NCE disabled", "nce_disabled", OVER, FREE, ENDED),
    _row("NCE deleted", "nce_deleted", GONE, FREE),
    _row("NCE pending", "nce_pending", UNREADY, IN_THE_WAY),
    _row("NCE, operation pending", "nce_busy", "409/900278 409/900278 409/900278", IN_THE_WAY),
    _row("NCE, renewal job", "nce_renewing", UNREADY, IN_THE_WAY, ("cancel", {"renewal_job_cancel": "allow"}, OK)),
    _row("NCE, expiring job", "nce_expiring", "400/900277 400/900277 400/900277", IN_THE_WAY),
    _row("NCE, too many updates", "nce_worn_out", "400/900311 400/900311 400/900311", IN_THE_WAY),
    _row("NCE extended", "extended", "200 200 200", IN_THE_WAY),
    _row("NCE trial", "trial", "200 200 200", IN_THE_WAY),
    _row("NCE add-on", "add_on", "200 200 200", IN_THE_WAY, subject=1),
    _row(
        "NCE base with an add-on",
        "add_on",
        "200 400/800096 200",
        IN_THE_WAY,
        ("cancel", {"base_with_addons": "cascade"}, OK),
        ("cancel", {"base_with_addons": "independent"}, OK),
    ),
    _row("legacy licence", "legacy", "200 400/800096 200", IN_THE_WAY),
    _row("legacy licence, renewal locked", "legacy_locked", "200 400/800096 400/800093", IN_THE_WAY),
    _row("legacy licence suspended", "legacy_suspended", "200 400/800096 400/800091", FREE, UNCHANGED),
    _row("legacy licence deleted", "legacy_deleted", GONE, FREE),
    _row("legacy licence expired", "legacy_expired", OVER, FREE, ENDED),
    _row("software in window", "software", "200 200 200", IN_THE_WAY),
    _row(
        "software suspended, in window",
        "software_suspended",
        "200 200 400/800091",
        IN_THE_WAY,
        UNCHANGED,
        *_either("suspended_software"),
    ),
    _row(
        "software suspended, out of window",
        "software_suspended_past_window",
        "200 400/900213 400/800091",
        IN_THE_WAY,
        UNCHANGED,
        DAYS,
    ),
    _row("software out of window", "software_past_window", "200 400/900213 200", IN_THE_WAY, DAYS),
    _row("marketplace in window", "marketplace", "200 200 200", IN_THE_WAY),
    _row(
        "marketplace monthly, out of window",
        "marketplace_past_window",
        "200 400/900213 200",
        IN_THE_WAY,
        ("cancel", {"marketplace_variant": "B"}, STAYS),
        ("cancel", {"marketplace_variant": "C"}, OK),
    ),
    _row(
        "marketplace annual, out of window",
        "marketplace_annual_past_window",
        "200 400/900213 200",
        IN_THE_WAY,
        ("cancel", {"marketplace_variant": "B"}, STAYS),
        ("cancel", {"marketplace_variant": "C"}, "400/900213"),
    ),
    _row(
        "marketplace suspended",
        "marketplace_suspended",
        "200 200 400/800091",
        IN_THE_WAY,
        UNCHANGED,
        *_either("suspended_marketplace"),
    ),
    _row(
        "marketplace suspended, out of window",
        "marketplace_suspended_past_window",
        "200 400/900213 400/800091",
        IN_THE_WAY,
        UNCHANGED,
        ("cancel", {"marketplace_variant": "C"}, OK),
    ),
    _row(
        "marketplace to be activated",
        "marketplace_pending",
        WAITING,
        IN_THE_WAY,
        ("cancel", {"pending_marketplace_cancel": "accept"}, OK),
        ("suspend", {"pending_marketplace_status": "active"}, "400/800081"),
    ),
    *(
        _row(f"Azure plan, below it {state}", f"azure_{state.lower()}", "403/900115 400/800096 400/800093", IN_THE_WAY)
        for state in ("warned", "pastDue")
    ),
    *(
        _row(
            f"Azure plan, below it {state}",
            f"azure_{state}",
            "200 400/800096 400/800093",
            IN_THE_WAY,
            ("suspend", {"stopped_azure": "blocks"}, "403/900115"),
        )
        for state in ("disabled", "suspended")
    ),
    *(
        _row(f"Azure plan, below it {state}", f"azure_{state}", "200 400/800096 400/800093", IN_THE_WAY)
        for state in ("expired", "deleted")
    ),
    _row(
        "Azure plan suspended, below it active",
        "azure_active_below_suspended",
        "200 400/800096 400/800091",
        IN_THE_WAY,
        UNCHANGED,
    ),
    _row("Azure plan deleted", "azure_plan_deleted", GONE, FREE),
    _row("Azure plan expired", "azure_plan_expired", OVER, FREE, ENDED),
    _row("Azure plan disabled", "azure_plan_disabled", OVER, FREE, ENDED),
    _row("NCE, refused for a time", "nce_refused", "400/900280 400/900280 400/900280", IN_THE_WAY),
    _row("Azure plan in use", "azure_plan", "403/900115 400/800096 400/800093", IN_THE_WAY),
    _row("Azure plan, nothing active", "azure_plan_idle", "200 400/800096 400/800093", IN_THE_WAY),
    _row("Azure plan suspended", "azure_plan_suspended", "200 400/800096 400/800091", FREE, UNCHANGED),
    _row("legacy Azure", "legacy_azure", "200 400/800096 400/800093", IN_THE_WAY),
    _row("legacy Azure suspended", "legacy_azure_suspended", "200 400/800096 400/800091", FREE, UNCHANGED),
    _row("savings plan", "savings_plan", SAVINGS, IN_THE_WAY, *_either("savings_plans")),
    _row("savings plan expired", "savings_plan_ended", SAVINGS, FREE),
    _row("savings plan disabled", "savings_plan_disabled", SAVINGS, FREE),
)
ACTIONS = ("suspend", "cancel", "renew_off", "remove")
CELLS: tuple[tuple[Row, str, Knobs, str], ...] = (
    *((one, action, {}, str(getattr(one, action))) for one in ROWS for action in ACTIONS),
    *((one, action, knobs, expected) for one in ROWS for action, knobs, expected in one.open_cells),
)
"""Every cell: its row, the action, the knobs that differ from their defaults, the expected answer."""
