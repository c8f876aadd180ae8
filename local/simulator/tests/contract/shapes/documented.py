"""The documented answers, read from the folder that OFFBOARDING_SAMPLES names; they are no part of the project."""

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from local.simulator.services.routes import ROUTER

VARIABLE = "OFFBOARDING_SAMPLES"


@dataclass(frozen=True, slots=True)
class Sample:
    """One documented answer. *body* None: documented as empty or as something that is not JSON (*raw*)."""

    id: str
    method: str
    path: str
    status: int | None
    headers: frozenset[str]
    raw: bytes
    body: Any

    @property
    def served(self) -> bool:
        """Whether the simulator has a route for the method and path."""
        return ROUTER.find(self.method, self.path.split("?")[0]) is not None


@cache
def samples() -> tuple[Sample, ...]:
    """All documented answers; none where the folder is not named."""
    named = os.environ.get(VARIABLE)
    if not named:
        return ()
    folder = Path(named)
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return tuple(_sample(folder, one) for one in index["samples"] if one["direction"] == "response")


def _sample(folder: Path, entry: dict[str, Any]) -> Sample:
    raw = (folder / entry["file"]).read_bytes()
    text = entry["body"]
    return Sample(
        id=entry["id"],
        method=str(entry["method"]),
        path=str(entry["path"]),
        status=entry["status"] if isinstance(entry["status"], int) else None,
        headers=frozenset(name.lower() for name in entry["headers"] or {}),
        raw=raw,
        body=json.loads(raw.decode("utf-8-sig")) if text.startswith("json") else None,
    )
