"""How Partner Center pages: a continuation token in the body or among the headers of links.next.

The next page is the same call with seekOperation=Next and the header MS-ContinuationToken; documented link addresses
are relative, with or without /v1, and sometimes malformed, so an address is used only where no token is given.
"""

from __future__ import annotations

from dataclasses import replace

from shared.adapters.http.call import Call
from shared.adapters.http.pages import Page, linked
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.domain.errors import UnreadableAnswerError

TOKEN_HEADER = "MS-ContinuationToken"  # noqa: S105
SEEK = "seekOperation=Next"


def partner_center_page(service: ServiceClient, call: Call, value: object) -> Page:
    """One page of a Partner Center collection; transfers come as a bare list."""
    where = service.where(call)
    if isinstance(value, list):
        return Page(tuple(Record(item, f"{where}[{i}]") for i, item in enumerate(value)))
    record = Record(value, where)
    total = record.integer("totalCount")
    if not record.has("items") and total != 0:
        raise UnreadableAnswerError(f"{where}.items: expected a list, got nothing")
    return Page(record.children("items"), total, _following(service, call, record))


def _following(service: ServiceClient, call: Call, record: Record) -> Call | None:
    link = record.child("links").child("next")
    headers = {(item.text("key") or "").casefold(): item.text("value") for item in link.children("headers")}
    token = record.text("continuationToken") or headers.get(TOKEN_HEADER.casefold())
    if token is not None:
        if not token.isascii() or not token.isprintable():
            raise UnreadableAnswerError(f"{record.where}: the continuation token cannot be sent back")
        query = "&".join(part for part in call.query.split("&") if part and part != SEEK)
        seek = f"{query}&{SEEK}" if query else SEEK
        return replace(call, query=seek, headers={**call.headers, TOKEN_HEADER: token})
    address = link.text("uri")
    return None if address is None else linked(service, call, address, prefix="/v1")
