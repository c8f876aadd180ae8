"""report: one offboarding as a page, or its holdings as CSV, as the caller likes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.pipeline.core.services import Services
from shared.report.facts import facts_of
from shared.report.languages import Language
from shared.report.letter import letter
from shared.report.page import as_page
from shared.report.period import as_csv as period_csv
from shared.report.period import as_page as period_page
from shared.report.period import period
from shared.report.table import as_csv

Word = TypeVar("Word", bound=StrEnum)
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Report:
    """The content with its media type, and the ending of a file's name."""

    content: bytes
    media_type: str
    ending: str


class Format(StrEnum):
    """Of the report of a month, where the header Accept cannot be chosen: as in a link. A workbook is made of CSV."""

    HTML = "html"
    CSV = "csv"
    XLSX = "xlsx"


class Audience(StrEnum):
    """Who the report is for: AUDITOR reads everything, CUSTOMER what concerns the customer."""

    AUDITOR = "auditor"
    CUSTOMER = "customer"


def report(offboarding_id: str, accept: str, query: Mapping[str, str], services: Services) -> Report | None:
    """The report as of now; None when there is no such offboarding. `accept` is the header. `query`: `for` says who
    reads it, `language` is that of the letter to the customer. Raises InvalidRequestError for anything else."""
    audience, language = _wanted(query)
    store = services.store
    stored = store.load(offboarding_id)
    if stored is None:
        return None
    holdings, timeline = store.holdings(offboarding_id), store.timeline(offboarding_id)
    if audience is Audience.CUSTOMER:
        content = letter(stored.offboarding, holdings, services.clock.now(), language)
        return Report(content.encode(), "text/html", "html")
    facts = facts_of(stored.offboarding, holdings, timeline, services.clock.now())
    if wants_csv(accept):
        return Report(as_csv(facts), "text/csv", "csv")
    return Report(as_page(facts).encode(), "text/html", "html")


def month_report(accept: str, query: Mapping[str, str], services: Services, console: str = "") -> Report:
    """The report of the month `month` in `query`, as a page or as CSV; `format` there counts more than the header.
    `console`: the address of the pages, for links. Raises InvalidRequestError."""
    for name in query:
        if name not in ("month", "format", "code"):
            rule = "is not known; month, such as 2026-11, and format are"
            raise InvalidRequestError(ReasonCode.UNKNOWN_FIELD, name, rule)
    asked = query.get("format") or (Format.CSV if wants_csv(accept) else Format.HTML).value
    wanted = _one_of(Format, "format", asked)
    found = period(query.get("month", ""), services)
    if wanted is Format.HTML:
        return Report(period_page(found, console).encode(), "text/html", "html")
    return Report(period_csv(found), "text/csv", "csv")


def _wanted(query: Mapping[str, str]) -> tuple[Audience, Language]:
    for name in query:
        if name not in ("for", "language", "code"):
            raise InvalidRequestError(ReasonCode.UNKNOWN_FIELD, name, "is not known; for and language are")
    wanted = _one_of(Audience, "for", query.get("for") or Audience.AUDITOR.value)
    language = _one_of(Language, "language", query.get("language") or Language.ENGLISH.value)
    if wanted is Audience.AUDITOR and language is not Language.ENGLISH:
        rule = "must be en: the report for the auditor quotes the record, which is in English; for=customer has de"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "language", rule, language.value)
    return wanted, language


def _one_of(kind: type[Word], name: str, text: str) -> Word:
    try:
        return kind(text)
    except ValueError:
        known = ", ".join(item.value for item in kind)
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, f"must be one of {known}", text) from None


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
