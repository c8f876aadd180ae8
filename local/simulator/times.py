"""Dates, as the simulated services write them and as scenario files name them. Everything is UTC."""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_PERIOD = re.compile(
    r"P(?=[\dT])(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_MAXIMUM_MONTHS = 12 * 200
_MAXIMUM_DELTA = timedelta(days=366 * 200)


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 duration: whole months (calendar arithmetic) and the rest as a timedelta."""

    months: int
    delta: timedelta

    def after(self, moment: datetime) -> datetime:
        """The moment one period later; the day is cut to the length of the month."""
        return _shift_months(moment, self.months) + self.delta

    def before(self, moment: datetime) -> datetime:
        """The moment one period earlier."""
        return _shift_months(moment, -self.months) - self.delta


def parse_period(text: str) -> Period:
    """Read an ISO 8601 duration such as ``P1Y``, ``P30D`` or ``PT3S``; ValueError for anything else."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as P30D, P1Y or PT3S")
    part = {name: float(value) if value else 0.0 for name, value in match.groupdict().items()}
    months = int(part["years"]) * 12 + int(part["months"])
    try:
        delta = timedelta(
            days=part["weeks"] * 7 + part["days"],
            hours=part["hours"],
            minutes=part["minutes"],
            seconds=part["seconds"],
        )
    except OverflowError:
        delta = timedelta.max
    if months > _MAXIMUM_MONTHS or delta > _MAXIMUM_DELTA:
        raise ValueError(f"{text!r} is longer than 200 years")
    return Period(months, delta)


def parse_moment(text: str, start: datetime) -> datetime:
    """Read ``+P45D`` or ``-P3D`` (relative to *start*) or an absolute ISO date-time; ValueError otherwise."""
    if text[:1] in {"+", "-"}:
        period = parse_period(text[1:])
        return period.after(start) if text[0] == "+" else period.before(start)
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is neither a date-time nor relative like +P45D or -P3D") from None


_PACIFIC = timezone(timedelta(hours=-8))


def end_of_day(moment: datetime) -> datetime:
    """23:59:59 of that day: new-commerce terms end there (commitmentEndDateTime)."""
    return moment.replace(hour=23, minute=59, second=59, microsecond=0)


def iso7(moment: datetime) -> str:
    """Seven fractional digits and Z, as Partner Center, Graph and Azure write most date-times."""
    return f"{moment.isoformat(timespec='microseconds')[:26]}7Z" if moment.microsecond else iso(moment)


def iso7_offset(moment: datetime) -> str:
    """Seven fractional digits and +00:00, as marketplace subscriptions write them."""
    return f"{moment.isoformat(timespec='microseconds')[:26]}7+00:00"


def iso_pacific(moment: datetime) -> str:
    """Milliseconds and -08:00, as legacy orders write when they were made."""
    return moment.astimezone(_PACIFIC).isoformat(timespec="milliseconds")


def iso_bare(moment: datetime) -> str:
    """Whole seconds without a zone, as reservation artifacts write the expiry."""
    return moment.isoformat()[:19]


def iso(moment: datetime) -> str:
    """Whole seconds and Z."""
    return f"{moment.isoformat()[:19]}Z"


def iso_midnight(moment: datetime) -> str:
    """Midnight at the start of that day: the inclusive commitmentEndDate."""
    return f"{moment.isoformat()[:10]}T00:00:00Z"


def _shift_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        raise ValueError("the date lies outside the years 1 to 9998")
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
