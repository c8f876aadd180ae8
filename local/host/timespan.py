"""The .NET TimeSpan text form that host.json uses for durations."""

import re
from datetime import timedelta

_TIMESPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d{1,8})\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2})(?:\.(?P<fraction>\d{1,7}))?)?"
)


def parse_timespan(text: str) -> timedelta:
    """`[-][d.]hh:mm[:ss[.fffffff]]` as a timedelta; raises ValueError with the rule that the text breaks.

    Source: https://learn.microsoft.com/dotnet/standard/base-types/standard-timespan-format-strings ("c" format).
    """
    match = _TIMESPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a duration of the form [d.]hh:mm:ss")
    hours, minutes, seconds = (int(match[name] or 0) for name in ("hours", "minutes", "seconds"))
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(f"{text!r}: hours go up to 23, minutes and seconds up to 59 (days come first: 1.00:00:00)")
    value = timedelta(
        days=int(match["days"] or 0),
        hours=hours,
        minutes=minutes,
        seconds=seconds,
        microseconds=int((match["fraction"] or "").ljust(7, "0")[:6] or 0),
    )
    return -value if match["sign"] else value
