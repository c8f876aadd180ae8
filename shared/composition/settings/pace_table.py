"""Every value of the pace: the setting that changes it, or why none does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SETTABLE: Mapping[str, str] = MappingProxyType(
    {
        "claim": "OFFBOARDING_CLAIM_SECONDS",
        "call_timeout": "OFFBOARDING_CALL_TIMEOUT_SECONDS",
        "margin": "OFFBOARDING_MARGIN_SECONDS",
        "sweep_grace": "OFFBOARDING_SWEEP_GRACE_SECONDS",
        "first_retry": "OFFBOARDING_FIRST_RETRY_SECONDS",
        "settle_poll": "OFFBOARDING_SETTLE_POLL_SECONDS",
    }
)
"""Field of Pace to the name of its setting."""

FIXED: Mapping[str, str] = MappingProxyType(
    {
        "work_budget": "After it a handler starts no further call; it lies well within the host's functionTimeout.",
        "longest_retry": "Bounds how late it is noticed that a service is back.",
        "shortest_wait": "Keeps handlers from calling in the very second in which a pause of Microsoft ends.",
        "settle_deadline": "A safety rule: what has had no effect for a day is a matter for a person.",
        "recheck": "The longest pause between looks at what passes by itself; more calls would tell nothing.",
        "slow_recheck": "The same for transfers, and for what has not passed for a day.",
        "renewal_job": "Microsoft's own: its renewal job may take 24 hours after the end of a term.",
        "warn_before_window": "The event `offboarding.window_closing.v1` promises it.",
        "vanish_proof": "A safety rule: what has vanished counts as gone only if a later complete read agrees.",
        "confirm_deadline": "Until then Microsoft's lists may lag behind; then a person looks at what is not proven.",
        "reminder": "The event `offboarding.needs_attention.v1` promises it: repeated daily.",
        "absence_proof": "A safety rule: the absence alone of something that is paid for proves nothing for a week.",
        "patience": "Microsoft's own operations take a day or two; what stands for longer needs somebody who asks.",
        "longest_wait": "A safety rule: customers and other tools change things back, so that a look is due weekly.",
        "longest_scheduled": "Longer waits are the sweeper's: scheduled messages can hide active ones from the scaler.",
        "longest_hold": "A wait that a service asks for is doubted after a day: a clock or a row may be wrong.",
        "permit_life": "Invariant I1: the removal starts within 60 seconds of the inventory's first call.",
        "faults_before_attention": "Invariant I4: every loop is bounded and then asks for a person.",
        "loops_before_attention": "Invariant I4, likewise.",
        "refusals_before_attention": "Invariant I4, likewise, for the removal.",
        "batch": "Writes whose intents are stored together: more would wait for one slow call.",
        "parallel": (
            "Calls at the same time in a handler, so that an inventory is one round; the rate is set by "
            "`OFFBOARDING_CALLS_PER_MINUTE`."
        ),
    }
)
"""Field of Pace to what it is for, which is why it is not a setting."""
