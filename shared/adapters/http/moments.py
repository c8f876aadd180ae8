"""The date formats that Microsoft's services use, read into aware UTC datetimes.

Seen in documented bodies: none to seven fraction digits, `Z`, offsets, no zone at all (read as UTC), a date alone,
blanks after the colons, a doubled T. 0001-01-01 is what .NET writes for "no date".
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_FORMAT = re.compile(
    r"""\s* (?P<year>\d{4}) - (?P<month>\d\d) - (?P<day>\d\d)
    (?: [Tt\s]+ (?P<hour>\d\d) \s*:\s* (?P<minute>\d\d) (?: \s*:\s* (?P<second>\d\d) (?: \.(?P<fraction>\d{1,9}) )? )?
        \s* (?P<zone> [Zz] | [+-]\d\d:?\d\d )? )? \s*""",
    re.VERBOSE | re.ASCII,
)
OPEN_ENDED_YEAR = 9999
"""Partner Center writes 9999-12-… for a commitment without an end."""


def parse_moment(text: str) -> datetime | None:
    """`text` in UTC, cut to microseconds; None for 0001-01-01. Raises ValueError for anything that is not a date."""
    match = _FORMAT.fullmatch(text)
    if match is None:
        raise ValueError("not an ISO 8601 date")
    part = match.groupdict()
    if part["year"] == "0001":
        return None
    fraction = (part["fraction"] or "").ljust(6, "0")[:6]
    moment = datetime(
        int(part["year"]),
        int(part["month"]),
        int(part["day"]),
        int(part["hour"] or 0),
        int(part["minute"] or 0),
        int(part["second"] or 0),
        int(fraction),
        tzinfo=_zone(part["zone"]),
    )
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside of the calendar") from error


def end_of_day(moment: datetime) -> datetime:
    """The last second of that UTC day: what an inclusive end date means."""
    return moment.replace(hour=23, minute=59, second=59, microsecond=0)


def _zone(text: str | None) -> timezone:
    if text is None or text in "Zz":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
