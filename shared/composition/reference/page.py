"""docs/reference.md as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from shared.composition.reference.codes import (
    event_types,
    holdings,
    payments,
    problems,
    proofs,
    reasons,
    statuses,
    timeline,
)
from shared.composition.reference.markdown import anchor
from shared.composition.reference.settings import pace, settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference.md"
HEAD = """# Reference
Every code, status, event and setting. Written by `python3 dev.py schemas` from the enums and their explanations in the
source; changes belong there.
"""
SECTIONS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Statuses", statuses),
    ("Payment", payments),
    ("Reasons", reasons),
    ("Holdings", holdings),
    ("Timeline", timeline),
    ("Proofs", proofs),
    ("Event types", event_types),
    ("Problems over HTTP", problems),
    ("Settings", settings),
    ("Pace", pace),
)


def as_text() -> str:
    """The page as it is kept."""
    contents = "\n".join(f"- [{title}]({anchor(title)})" for title, _ in SECTIONS)
    body = "\n\n".join(f"## {title}\n{section()}" for title, section in SECTIONS)
    return f"{HEAD}\n{contents}\n\n{body}\n"
