"""How long a service asks to wait: Retry-After in seconds or as an HTTP date (RFC 9110, section 10.2.3)."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from shared.adapters.http.answer import Answer, error_report

DEFAULT_WAIT = timedelta(seconds=60)
"""For a 429 that names no time. Partner Center counts requests by the minute (API throttling guidance)."""
LONGEST_WAIT = timedelta(hours=24)
"""No wait is longer than the longest that is documented (24 hours, Partner Center error code 900278): an absurd header
must not stop everything for weeks."""
_IN_TEXT = re.compile(r"try again in (\d{1,9}) second", re.IGNORECASE)


def retry_after(answer: Answer, now: datetime) -> timedelta | None:
    """The wait of the header, None without a readable one. A date counts from `now` (business time)."""
    value = answer.headers.get("Retry-After", "").strip()
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        return _until(value, now)
    return _bounded(seconds) if math.isfinite(seconds) and seconds >= 0 else None


def throttled_for(answer: Answer, now: datetime) -> timedelta:
    """The wait of a 429: the header, else the seconds in the text of the gateway's body, else a minute."""
    wait = retry_after(answer, now)
    if wait is not None:
        return wait
    match = _IN_TEXT.search(error_report(answer).message)
    return _bounded(float(match[1])) if match else DEFAULT_WAIT


def _until(value: str, now: datetime) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return _bounded((moment - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _bounded(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), LONGEST_WAIT.total_seconds()))
