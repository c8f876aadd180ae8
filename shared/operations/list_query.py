"""What a list of offboardings is asked for: the parameters of GET /api/offboardings, each with its rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from shared.contracts.field_rules import PATTERNS
from shared.contracts.request import GUID, REQUEST_ID
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.holdings.products import folded
from shared.domain.offboarding.states import Status
from shared.ports.listing import Filter, Order, read_cursor

LARGEST_PAGE = 200
LARGEST_WITH_HOLDINGS = 50
"""Each of them is read with all that it holds; whoever asks for more gets this many, and the next page."""
LONGEST_TEXT = 256
"""Characters that are searched for; a line of a request has no more."""
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]00:00)")
PAGING = ("sort", "limit", "after")
"""What makes a page of a list; the other parameters are filters."""
HOST_KEY = "code"
"""The function key, which the host has judged: never a filter, and in no link."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A list by request id has at most one offboarding; None: all that `wanted` finds. `needs_me`: only what needs a
    person now. `holdings`: each with what it holds."""

    wanted: Filter
    request_id: str | None = None
    needs_me: bool = False
    holdings: bool = False

    def at(self, now: datetime) -> Filter:
        """The filter as of `now` (aware UTC, business time)."""
        limit = min(self.wanted.limit, LARGEST_WITH_HOLDINGS) if self.holdings else self.wanted.limit
        return replace(self.wanted, limit=limit, needed_at=now if self.needs_me else None)


def parse_list(query: Mapping[str, str]) -> Asked:
    """What is asked for; an empty value is none. Raises InvalidRequestError with the first mistake, and the others."""
    mistakes: list[InvalidRequestError] = []
    said: dict[str, Any] = {}
    for name, text in query.items():
        if name == HOST_KEY:
            continue
        try:
            said[name] = _read(name, text) if text or name not in READERS else None
        except InvalidRequestError as error:
            mistakes.append(error)
    wanted = {FIELDS[name]: value for name, value in said.items() if name in FIELDS and value is not None}
    request_id, order = said.get("requestId"), wanted.get("order", Order.NEWEST)
    try:
        _check_cursor(wanted.get("after"), order, request_id)
    except InvalidRequestError as error:
        mistakes.append(error)
    if mistakes:
        first, *others = mistakes
        pairs = tuple((error.field, error.rule) for error in others)
        raise InvalidRequestError(first.code, first.field, first.rule, first.value, pairs)
    return Asked(Filter(**wanted), request_id, bool(said.get("needsMe")), bool(said.get("holdings")))


def parse_filters(query: Mapping[str, str]) -> Asked:
    """The same without pages: what is shown whole, in an order of its own. Raises InvalidRequestError."""
    for name in query:
        if name in PAGING:
            raise InvalidRequestError(ReasonCode.UNKNOWN_FIELD, name, "is not known here: this has no pages")
    return parse_list(query)


def _read(name: str, text: str) -> Any:
    if name not in READERS:
        rule = f"is not a known filter; known are {', '.join(READERS)}"
        raise InvalidRequestError(ReasonCode.UNKNOWN_FIELD, name, rule)
    return READERS[name](name, text)


def _check_cursor(after: str | None, order: Order, request_id: str | None) -> None:
    if after is not None and request_id is not None:
        rule = "a list by requestId has one page alone"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "after", rule, after)
    read_cursor(after, order)


def _statuses(name: str, text: str) -> tuple[Status, ...]:
    return tuple(Status(_one_of(name, word, Status)) for word in text.split(",") if word)


def _order(name: str, text: str) -> Order:
    return Order(_one_of(name, text, Order))


def _one_of(name: str, word: str, known: type[Status] | type[Order]) -> str:
    values = [item.value for item in known]
    if word not in values:
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, f"must be one of {', '.join(values)}", word)
    return word


def _spelled(pattern: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if not re.fullmatch(pattern.removesuffix("$"), text):
            raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, PATTERNS[name], text)
        return text

    return read


def _tenant(name: str, text: str) -> str:
    return _spelled(GUID)(name, text).lower()


def _text(name: str, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        rule = f"must have at most {LONGEST_TEXT} characters"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, rule, text)
    return text


def _product(name: str, text: str) -> str:
    if not folded(text):
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, "must name a product, an SKU or an id", text)
    return _text(name, text)


def _truth(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, "must be true or false", text)
    return text == "true"


def _moment(name: str, text: str) -> datetime:
    try:
        if MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError:
        pass  # The 30th of February is spelled as a day, and is none.
    rule = "must be a date-time in UTC as RFC 3339 has it, such as 2026-06-01T06:00:00Z"
    raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, rule, text)


def _limit(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 16 or not 1 <= int(text) <= LARGEST_PAGE:
        rule = f"must be a whole number from 1 to {LARGEST_PAGE}"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, name, rule, text)
    return int(text)


def _as_it_is(_: str, text: str) -> str:
    return text


READERS: Mapping[str, Callable[[str, str], Any]] = MappingProxyType(
    {
        "requestId": _spelled(REQUEST_ID),
        "batchId": _spelled(REQUEST_ID),
        "status": _statuses,
        "customerTenantId": _tenant,
        "requestedBy": _text,
        "text": _text,
        "product": _product,
        "needsMe": _truth,
        "holdings": _truth,
        "dryRun": _truth,
        "updatedSince": _moment,
        "dueBefore": _moment,
        "sort": _order,
        "limit": _limit,
        "after": _as_it_is,
    }
)
"""Every parameter, and how it is read."""

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "status": "statuses",
        "customerTenantId": "customer_id",
        "batchId": "batch_id",
        "requestedBy": "requested_by",
        "text": "text",
        "product": "product",
        "dryRun": "dry_run",
        "updatedSince": "updated_since",
        "dueBefore": "due_before",
        "sort": "order",
        "limit": "limit",
        "after": "after",
    }
)
"""Where it stands in the filter of the store."""
