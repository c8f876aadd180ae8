"""NCRONTAB schedules: when a timer trigger fires next, in UTC.

Six fields, {second} {minute} {hour} {day} {month} {day of week}; five are read as second 0. A field is `*`, a
number, a name (month, day of week), a range `a-b`, a step `*/n`, `a-b/n` or `a/n`, or a comma-separated list of
those. Day of month and day of week must both match. Day of week is 0 to 6 with 0 = Sunday.
Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_PART = re.compile(r"(?P<first>\*|[a-z]+|\d+)(?:-(?P<last>[a-z]+|\d+))?(?:/(?P<step>\d+))?", re.IGNORECASE)
# 29 February on a given weekday comes back after at most 40 years (2096 to 2136, around the year 2100).
_HORIZON_DAYS = 41 * 366


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: Sequence[str] = ()
    names_from: int = 0


_FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS, 1),
    _Field("day of week", 0, 6, _DAYS, 0),
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """A parsed NCRONTAB expression; each field holds the sorted values that match."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first occurrence strictly later than `moment` (aware; the answer is UTC, whole seconds)."""
        found = self._search(moment.astimezone(UTC))
        if found is None:  # unreachable for a schedule made by parse_schedule
            raise ValueError(f"schedule {self.text!r} has no occurrence after {moment.isoformat()}")
        return found

    def _search(self, moment: datetime) -> datetime | None:
        earliest = moment.replace(microsecond=0) + timedelta(seconds=1)
        day = earliest.date()
        not_before = earliest.time()
        for _ in range(_HORIZON_DAYS):
            if self._matches(day):
                found = self._first_time(not_before)
                if found is not None:
                    return datetime.combine(day, found, UTC)
            day += timedelta(days=1)
            not_before = time.min
        return None

    def _matches(self, day: date) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays

    def _first_time(self, not_before: time) -> time | None:
        for hour in self.hours:
            if hour < not_before.hour:
                continue
            for minute in self.minutes:
                if (hour, minute) < (not_before.hour, not_before.minute):
                    continue
                for second in self.seconds:
                    candidate = time(hour, minute, second)
                    if candidate >= not_before:
                        return candidate
        return None


def parse_schedule(text: str) -> Schedule:
    """Parses an expression; raises ValueError that names field, value and rule, also when it can never occur."""
    parts = text.split()
    if len(parts) == 1 and ":" in text:
        raise ValueError(f"{text!r} is a TimeSpan, which works on a dedicated plan only: use six NCRONTAB fields")
    if len(parts) not in (5, 6):
        raise ValueError(
            f"{text!r} has {len(parts)} fields; NCRONTAB has six: second minute hour day month day-of-week"
        )
    if len(parts) == 5:
        parts = ["0", *parts]
    values = [_values(part, field) for part, field in zip(parts, _FIELDS, strict=True)]
    schedule = Schedule(
        text,
        tuple(sorted(values[0])),
        tuple(sorted(values[1])),
        tuple(sorted(values[2])),
        frozenset(values[3]),
        frozenset(values[4]),
        frozenset(values[5]),
    )
    if schedule._search(datetime(2000, 1, 1, tzinfo=UTC)) is None:
        raise ValueError(f"{text!r} never occurs: no such day in the months given")
    return schedule


def _values(text: str, field: _Field) -> set[int]:
    return {value for part in text.split(",") for value in _part_values(part, field)}


def _part_values(part: str, field: _Field) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise ValueError(f"{field.name}: cannot read {part!r}")
    step = int(match["step"]) if match["step"] is not None else None
    if step == 0:
        raise ValueError(f"{field.name}: {part!r} has step 0")
    if match["first"] == "*":
        if match["last"] is not None:
            raise ValueError(f"{field.name}: cannot read {part!r}")
        first, last = field.low, field.high
    else:
        first = _number(match["first"], field)
        # `a/n` runs from a to the end of the field; plain `a` is that value alone.
        last = _number(match["last"], field) if match["last"] is not None else (first if step is None else field.high)
    if last < first:
        raise ValueError(f"{field.name}: range {part!r} runs backwards")
    return range(first, last + 1, step or 1)


def _number(text: str, field: _Field) -> int:
    if text.isdigit():
        value = int(text)
    else:
        matches = [i for i, name in enumerate(field.names) if len(text) >= 3 and name.startswith(text.lower())]
        if not matches:
            raise ValueError(f"{field.name}: {text!r} is no name of a {field.name}")
        value = matches[0] + field.names_from
    if not field.low <= value <= field.high:
        raise ValueError(f"{field.name}: {text} is outside {field.low} to {field.high}")
    return value
