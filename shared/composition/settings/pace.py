"""Delays and bounds of the pipeline, and of every call."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

from shared.composition.settings.reader import Reader
from shared.domain.pace import Pace

_TIMESPAN = re.compile(r"(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)")
HOST_JSON = Path(__file__).resolve().parents[3] / "host.json"
FUNCTION_TIMEOUT = "AzureFunctionsJobHost__functionTimeout"
"""The platform's name for what overrides host.json."""
LEAST_WINDOW = timedelta(seconds=1)
"""Seconds in which at least one write can start under a claim."""


def read_pace(reader: Reader) -> Pace:
    """The pace; a claim must outlast the function, and every write that may start under it."""
    pace = Pace(
        claim=reader.seconds("OFFBOARDING_CLAIM_SECONDS", 900),
        call_timeout=reader.seconds("OFFBOARDING_CALL_TIMEOUT_SECONDS", 60),
        margin=reader.seconds("OFFBOARDING_MARGIN_SECONDS", 30),
        sweep_grace=reader.seconds("OFFBOARDING_SWEEP_GRACE_SECONDS", 300),
        first_retry=reader.seconds("OFFBOARDING_FIRST_RETRY_SECONDS", 30),
        settle_poll=reader.seconds("OFFBOARDING_SETTLE_POLL_SECONDS", 120),
    )
    if pace.write_window < LEAST_WINDOW:
        reader.problems.append(_too_short_for_a_call(pace))
    limit = _function_timeout(reader)
    if limit is not None and pace.claim <= limit:
        reader.problems.append(
            f"OFFBOARDING_CLAIM_SECONDS is {_number(pace.claim)}, and a function may run for {_number(limit)} s "
            f"(functionTimeout): the claim must be longer, or a second handler works beside the first"
        )
    return pace


def _too_short_for_a_call(pace: Pace) -> str:
    longest, margin = pace.longest_call, pace.margin
    least = longest + margin + LEAST_WINDOW
    sum_of = f"{_number(pace.connect_timeout)} + 3 × {_number(pace.call_timeout)} = {_number(longest)} s"
    return (
        f"OFFBOARDING_CLAIM_SECONDS is {_number(pace.claim)} and must be at least {_number(least)}: one call may take "
        f"{sum_of} (OFFBOARDING_CALL_TIMEOUT_SECONDS), and a margin of {_number(margin)} s follows "
        "(OFFBOARDING_MARGIN_SECONDS)"
    )


def _function_timeout(reader: Reader) -> timedelta | None:
    """Of the setting that overrides it, else of host.json; None: without limit, or not to be read here."""
    text = reader.optional(FUNCTION_TIMEOUT)
    if not text and HOST_JSON.is_file():
        text = str(json.loads(HOST_JSON.read_text(encoding="utf-8")).get("functionTimeout", ""))
    match = _TIMESPAN.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = match.groups()
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(seconds))


def _number(span: timedelta) -> str:
    return f"{span.total_seconds():g}"
