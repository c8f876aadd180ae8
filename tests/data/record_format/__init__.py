"""The shape of the record, by format: `python -m tests.data.record_format` writes that of today.

A format that was released keeps its file for good: raise `FORMAT` in shared/adapters/stores/later.py first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from shared.adapters.stores.later import FORMAT
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding

FILE = Path(__file__).parent / f"{FORMAT[0]}.{FORMAT[1]}.txt"
STORED = (Offboarding, HoldingRecord, TimelineEntry, OutboundMessage)


def shape() -> list[str]:
    """Every field that is stored, by its type, and every word that one may hold."""
    return sorted({name for kind in STORED for name in _names(TypeAdapter(kind).json_schema())})


def _names(schema: dict[str, Any]) -> set[str]:
    found = set()
    for name, part in {"": schema, **schema.get("$defs", {})}.items():
        title = part.get("title", name)
        found |= {f"{title}.{field}" for field in part.get("properties", {})}
        found |= {f"{title}={word}" for word in part.get("enum", ())}
    return found
