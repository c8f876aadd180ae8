"""A folder of documented response bodies with what a correct reader gets out of each (index.json).

The folder is not part of the project: OFFBOARDING_SAMPLES names it where it is present.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.unit.adapters.fake_http import Reply

VARIABLE = "OFFBOARDING_SAMPLES"
USED_HEADERS = ("location", "retry-after", "ms-cv")
Expected = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """One documented answer."""

    id: str
    expect: Expected
    reply: Reply

    @property
    def entity(self) -> str:
        return str(self.expect["entity"])


@cache
def samples() -> tuple[Sample, ...]:
    """All samples of the folder, none when it is not named."""
    named = os.environ.get(VARIABLE)
    if not named:
        return ()
    folder = Path(named)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return tuple(_sample(folder, entry) for entry in index["samples"])


def _sample(folder: Path, entry: Expected) -> Sample:
    kept = {key: item for key, item in (entry["headers"] or {}).items() if key.lower() in USED_HEADERS}
    body = (folder / entry["file"]).read_bytes()
    return Sample(entry["id"], entry["expect"], Reply(body, entry["status"] or 200, kept))
