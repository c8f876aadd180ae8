"""What is worth reading of the log of a process that died."""

from __future__ import annotations

import re

LINES = 15
_TABLE = "host: functions of "
_MOMENT = re.compile(r"^\d{4}-\d\d-\d\dT\S+ +")


def excerpt(text: str, lines: int = LINES) -> list[str]:
    """The last lines, without the host's table of functions, and no message twice."""
    kept: list[str] = []
    seen: set[str] = set()
    in_table = False
    for line in text.splitlines():
        in_table = line.startswith(_TABLE) or (in_table and line.startswith("  "))
        said = _MOMENT.sub("", line)
        if in_table or not line.strip() or said in seen:
            continue
        kept.append(line)
        if not line.startswith((" ", "Traceback")):  # lines of a traceback may repeat and keep their places
            seen.add(said)
    return kept[-lines:]
