"""Mutants that no test can kill because they change nothing that matters, each with its reason."""

from __future__ import annotations

import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("equivalents.toml")


def listed(path: Path = FILE) -> dict[str, str]:
    """Reasons by the name of the mutant; raises SystemExit for an entry without a reason."""
    if not path.exists():
        return {}
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", [])
    for entry in entries:
        if not entry.get("reason", "").strip():
            raise SystemExit(f"mutate: {path.name}: no reason for {entry.get('name')!r}")
    return {" ".join(entry["name"].split()): entry["reason"] for entry in entries}
