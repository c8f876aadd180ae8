"""What came, in memory and in a file, so that it is still there when the sink is started again."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Kept:
    """One message. `place`: the path that it came to, such as `teams` or `teams/sales`; `id`: what tells a repetition,
    "" where the channel has none."""

    place: str
    id: str
    title: str
    text: str
    body: dict[str, Any]


class Keeper:
    """Thread-safe; one line of JSON for each message."""

    def __init__(self, file: Path) -> None:
        """Raises OSError or ValueError for a file that cannot be used."""
        self._file = file
        self._lock = threading.Lock()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        self._items = [Kept(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line]

    def keep(self, item: Kept) -> None:
        """Add one."""
        with self._lock, self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(item)) + "\n")
            self._items.append(item)

    def all(self) -> list[Kept]:
        """In the order in which they came."""
        with self._lock:
            return list(self._items)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._file.write_text("", encoding="utf-8")
            self._items.clear()
