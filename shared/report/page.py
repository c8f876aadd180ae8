"""The report as a page: one file of HTML without script or anything from elsewhere, to be read, kept and printed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.domain.wording import plain, stamp
from shared.report.facts import Facts

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For the header Content-Security-Policy: even what got past the escaping could load and run nothing."""


def as_page(facts: Facts) -> str:
    """The page, HTML."""
    return render("page.html", facts=facts)


def render(template: str, **values: object) -> str:
    """A page of this folder with these values, HTML."""
    return _PAGES.get_template(template).render(**values)


def link(address: str) -> str:
    """An address that a reader may follow, else nothing: escaping does not make `javascript:` harmless."""
    return address if address.startswith("https://") else ""


def moment(at: datetime | None) -> str:
    """A moment in UTC; a dash for none."""
    return stamp(at) if at is not None else "\N{EN DASH}"


def _shown(at: datetime | None) -> Markup:
    """A moment of which neither the day nor the time is torn apart at the end of a line."""
    return Markup(" ").join(Markup('<span class="whole">{}</span>').format(part) for part in moment(at).split(" ", 1))


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value,
    )
    made.filters |= {"moment": _shown, "link": link}
    return made


_PAGES = _environment()
