"""The settings of what may be done, how much of it, and who has to agree."""

from __future__ import annotations

from shared.composition.settings.setting import Section, Setting

POLICY = Section(
    "Policy",
    (
        Setting(
            "OFFBOARDING_STRICT_NCE",
            "`true`: what is suspended and still billed (NCE licences, software, marketplace) blocks the removal.",
            "true",
        ),
        Setting(
            "OFFBOARDING_REFUND_RESERVATIONS",
            "`false`: reservations are not returned; their renewal is stopped and their end waited for.",
            "true",
        ),
        Setting(
            "OFFBOARDING_CANCEL_MARKETPLACE",
            "`false`: marketplace SaaS is never written to; it blocks until it ends.",
            "true",
        ),
        Setting("OFFBOARDING_TERMINATE_GDAP", "`false`: delegated admin relationships are left as they are.", "true"),
        Setting(
            "OFFBOARDING_WAIT_FOR_TRANSFERS",
            "`false`: an open transfer asks for a person. Nothing in it is touched either way.",
            "true",
        ),
        Setting(
            "OFFBOARDING_PERPETUAL_SOFTWARE_BLOCKS",
            "`true`: software that can no longer be cancelled blocks instead of being reported.",
            "false",
        ),
        Setting(
            "OFFBOARDING_APPROVAL",
            "Which plans a second person has to approve before anything is changed: `always`; `irreversible` "
            "(something is cancelled or returned that nothing can restore); `above` (more than one of the next three); "
            "`never`.",
            "never",
        ),
        Setting("OFFBOARDING_APPROVAL_HOLDINGS", "With `above`: more holdings than this are written to."),
        Setting("OFFBOARDING_APPROVAL_SEATS", "With `above`: they have more seats than this."),
        Setting("OFFBOARDING_APPROVAL_PAID_DAYS", "With `above`: something is paid for longer than this.", unit="days"),
        Setting(
            "OFFBOARDING_APPROVAL_VALID_DAYS",
            "How long an approval is good for until the first write.",
            "14",
            unit="days",
        ),
        Setting(
            "OFFBOARDING_GRACE_SECONDS",
            "How long after the work begins nothing is written that nothing puts back, so that a mistake can still be "
            "withdrawn; a request may lengthen it (`graceSeconds`). The Bicep sets one hour.",
            "0",
            unit="seconds",
        ),
        Setting(
            "OFFBOARDING_REMOVALS_PER_HOUR",
            "How many relationships an hour may remove, over all customers; the rest waits for the next hour. 0: any.",
            "0",
        ),
        Setting(
            "OFFBOARDING_IRREVERSIBLE_WRITES_PER_HOUR",
            "How many cancellations and returns an hour may make, over all customers; the rest waits. 0: any.",
            "0",
        ),
    ),
)
