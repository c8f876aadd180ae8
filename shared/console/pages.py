"""The templates of the console, and the headers that every page is sent with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.domain.offboarding.paid import Paid
from shared.domain.wording import plain, stamp

FOLDER = Path(__file__).parent
STATIC: Mapping[str, str] = MappingProxyType({"console.css": "text/css", "console.js": "text/javascript"})
"""What the pages load, with its media type: nothing else is served from the folder."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""No inline code or style: markup that got past the escaping could run nothing."""
HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
)


def render(template: str, **values: Any) -> str:
    """The page `template` (without its ending) with these values, HTML."""
    return _PAGES.get_template(f"{template}.html").render(**values)


def static_file(name: str) -> bytes | None:
    """What the pages load; None for anything else."""
    return (FOLDER / "static" / name).read_bytes() if name in STATIC else None


def moment(at: datetime | None) -> Markup | str:
    """A moment: the script shows it in the reader's zone, and UTC on hover; without the script it is UTC."""
    if at is None:
        return "\N{EN DASH}"
    shown = stamp(at)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", shown, shown
    )


def day(at: datetime | None) -> Markup | str:
    """A date of Microsoft's, such as the end of a term: in UTC, as it is in every sentence; the time is a hint."""
    if at is None:
        return "\N{EN DASH}"
    return Markup('<span title="{}">{}</span>').format(stamp(at), f"{at.astimezone(UTC):%Y-%m-%d}")


def paid(found: Paid) -> Markup | str:
    """Until when it is paid, as a date; in words where there is none."""
    return day(found.until) if found.until is not None else found.words


def link(address: str) -> str:
    """An address that a reader may follow, else nothing: escaping does not make `javascript:` harmless."""
    return address if address.startswith("https://") else ""


def _shown(value: object) -> object:
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters |= {"moment": moment, "day": day, "paid": paid, "link": link}
    return made


_PAGES = _environment()
