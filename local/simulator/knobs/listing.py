"""The knobs for programs: what each means, and which values a test can try."""

import typing
from dataclasses import dataclass
from enum import Enum
from typing import Any

from local.simulator.knobs import Knobs
from local.simulator.messages import Json

_OPEN = "Open: "


@dataclass(frozen=True, slots=True)
class KnobInfo:
    """One knob. *values* has every possible value, or None for dates, durations, numbers and groups.

    *open* marks a question that public documentation leaves open; the values are its possible answers.
    """

    name: str
    wire_name: str
    default: Any
    values: tuple[Any, ...] | None
    about: str
    open: bool


def knob_list() -> tuple[KnobInfo, ...]:
    """All knobs, sorted by name."""
    found = []
    for name, field in sorted(Knobs.model_fields.items()):
        about = " ".join((field.description or "").split())
        found.append(
            KnobInfo(
                name=name,
                wire_name=field.alias or name,
                default=field.get_default(),
                values=_values(field.annotation),
                about=about.removeprefix(_OPEN),
                open=about.startswith(_OPEN),
            )
        )
    return tuple(found)


def alternatives() -> tuple[dict[str, Any], ...]:
    """Every single deviation from the defaults as keyword arguments for Knobs, such as ``{"est": False}``."""
    return tuple({one.name: value} for one in knob_list() if one.values for value in one.values if value != one.default)


def knobs_body(knobs: Knobs) -> dict[str, Json]:
    """What ``GET /_simulator/knobs`` answers: by wire name the present value, the default, the values, the meaning."""
    present = knobs.model_dump(mode="json", by_alias=True)
    defaults = Knobs().model_dump(mode="json", by_alias=True)
    return {
        one.wire_name: {
            "value": present[one.wire_name],
            "default": defaults[one.wire_name],
            "values": list(one.values) if one.values else None,
            "open": one.open,
            "about": one.about,
        }
        for one in knob_list()
    }


def _values(annotation: Any) -> tuple[Any, ...] | None:
    if annotation is bool:
        return (True, False)
    if typing.get_origin(annotation) is typing.Literal:
        return typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return tuple(annotation)
    return None
