"""Delays and bounds of the pipeline, and of every call."""

from __future__ import annotations

from shared.domain.policy import Pace
from shared.settings.reader import Reader


def read_pace(reader: Reader) -> Pace:
    """The pace; a claim must outlast a call and the margin together."""
    pace = Pace(
        claim=reader.seconds("OFFBOARDING_CLAIM_SECONDS", 900),
        call_timeout=reader.seconds("OFFBOARDING_CALL_TIMEOUT_SECONDS", 60),
        margin=reader.seconds("OFFBOARDING_MARGIN_SECONDS", 30),
        sweep_grace=reader.seconds("OFFBOARDING_SWEEP_GRACE_SECONDS", 300),
        first_retry=reader.seconds("OFFBOARDING_FIRST_RETRY_SECONDS", 30),
        settle_poll=reader.seconds("OFFBOARDING_SETTLE_POLL_SECONDS", 120),
    )
    if pace.claim <= pace.call_timeout + pace.margin:
        reader.problems.append("OFFBOARDING_CLAIM_SECONDS must be larger than call time-out and margin together")
    return pace
