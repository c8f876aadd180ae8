"""The sections about settings, and about what cannot be set."""

from __future__ import annotations

from dataclasses import fields

from shared.composition.reference.markdown import amount, code, table
from shared.composition.settings.pace_table import FIXED, SETTABLE
from shared.composition.settings.table import SECTIONS, Setting
from shared.domain.pace import Pace

HEADS = ("setting", "default", "required", "unit", "meaning")


def settings() -> str:
    """Every setting, section by section."""
    parts = [
        "Application settings, read at the first call; everything that is missing or malformed is then reported at "
        "once, by name. A blank value counts as absent.",
    ]
    for section in SECTIONS:
        parts.append(f"### {section.title}\n{table(HEADS, map(_row, section.rows))}")
    return "\n\n".join(parts)


def pace() -> str:
    """Every value of the pace."""
    defaults = Pace()
    rows = (
        (code(field.name), amount(getattr(defaults, field.name)), code(SETTABLE.get(field.name, "")), _why(field.name))
        for field in fields(Pace)
    )
    return "\n\n".join(
        (
            "Delays and bounds of the pipeline, in business time. What has no setting is fixed for the reason given.",
            table(("value", "default", "setting", "why it is fixed"), rows),
        )
    )


def _row(row: Setting) -> tuple[str, ...]:
    return code(row.name), code(row.default), row.required, row.unit, row.meaning


def _why(name: str) -> str:
    return FIXED.get(name, "")
