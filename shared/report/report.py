"""report: one offboarding as a page, or its holdings as CSV, as the caller likes."""

from __future__ import annotations

from dataclasses import dataclass

from shared.pipeline.core.services import Services
from shared.report.facts import facts_of
from shared.report.page import as_page
from shared.report.table import as_csv


@dataclass(frozen=True, slots=True)
class Report:
    """The content with its media type, and the ending of a file's name."""

    content: bytes
    media_type: str
    ending: str


def report(offboarding_id: str, accept: str, services: Services) -> Report | None:
    """The report as of now; None when there is no such offboarding. `accept` is the header."""
    store = services.store
    stored = store.load(offboarding_id)
    if stored is None:
        return None
    holdings, timeline = store.holdings(offboarding_id), store.timeline(offboarding_id)
    facts = facts_of(stored.offboarding, holdings, timeline, services.clock.now())
    if wants_csv(accept):
        return Report(as_csv(facts), "text/csv", "csv")
    return Report(as_page(facts).encode(), "text/html", "html")


def wants_csv(accept: str) -> bool:
    """Whether the header Accept (RFC 9110) names text/csv, and HTML not more."""
    wishes = dict(_wish(part) for part in accept.lower().split(","))
    return wishes.get("text/csv", 0.0) > wishes.get("text/html", 0.0)


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    weight = next((item[2:] for item in parameters if item.startswith("q=")), "1")
    try:
        return name, float(weight)
    except ValueError:
        return name, 0.0
