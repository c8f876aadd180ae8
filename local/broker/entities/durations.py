"""ISO 8601 durations as Azure Resource Manager writes them (`PT30S`, `P14D`, `P10675199DT2H48M5.4775807S`)."""

from __future__ import annotations

import re
from datetime import timedelta

FOR_EVER = timedelta(days=10_675_199)
"""Azure's "never": the longest .NET TimeSpan, `P10675199DT2H48M5.4775807S`. Anything as long counts as endless."""

_NUMBER = r"(\d{1,12}(?:[.,]\d{1,9})?)"
_PATTERN = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?(T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_DAYS_PER_YEAR, _DAYS_PER_MONTH = 365, 30
"""As .NET reads them (XmlConvert.ToTimeSpan)."""


def parse_duration(text: str) -> timedelta:
    """Read a duration; raises ValueError for anything else. Years count 365 days and months 30."""
    found = _PATTERN.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT30S or P14D")
    years, months, weeks, days, _, hours, minutes, seconds = (
        float(part.replace(",", ".")) if part and part[0] != "T" else 0.0 for part in found.groups()
    )
    try:
        return timedelta(
            days=years * _DAYS_PER_YEAR + months * _DAYS_PER_MONTH + weeks * 7 + days,
            hours=hours,
            minutes=minutes,
            seconds=seconds,
        )
    except OverflowError:
        raise ValueError(f"{text!r} is longer than can be counted") from None
