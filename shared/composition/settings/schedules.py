"""The schedules of the timers: the host reads them, and starts no timer without one."""

from __future__ import annotations

from shared.composition.settings.reader import Reader, shown
from shared.composition.settings.table import SCHEDULES


def read_schedules(reader: Reader) -> None:
    """Looks at what only the host uses: without its timer a lost wake-up never heals and the refresh token dies."""
    for row in SCHEDULES.rows:
        value = reader.required(row.name)
        if value and len(value.split()) != 6:
            reader.problems.append(f"{row.name} must have six fields, the first for seconds (got {shown(value)})")
