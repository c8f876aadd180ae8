"""Seek paging: a page, a continuation token, and the next page through seekOperation=Next.

Source: "Get a list of customers"; the header MS-ContinuationToken carries the token of the page before.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from local.simulator.errors import refuse
from local.simulator.messages import Json
from local.simulator.services.call import Call
from local.simulator.times import iso, parse_moment
from local.simulator.wire.shapes import link

ItemT = TypeVar("ItemT")


def page(
    call: Call,
    path: str,
    matching: Sequence[ItemT],
    ordinal: Callable[[ItemT], int],
    render: Callable[[ItemT], Json],
    filter_text: str,
) -> Json:
    """One page of *matching* (sorted by *ordinal*) as a collection body.

    The token names the last ordinal seen, so that an item that vanishes in between moves nothing; with knob pagesGoBy
    position it names how many were seen, and what comes or goes in between shifts the rest. ApiError 400/2000 for a
    bad size or token, and for one that has expired.
    """
    params = call.request.params()
    size = _size(params.get("size"), call.knobs.page_size)
    after = _start(call, params, filter_text)
    by_position = call.knobs.pages_go_by == "position"
    rest = matching[after:] if by_position else [item for item in matching if ordinal(item) > after]
    shown = rest[:size]
    total = len(matching) if call.knobs.total_count == "all" else len(shown)
    body: dict[str, Json] = {"totalCount": total, "items": [render(item) for item in shown]}
    query = f"?{call.request.query}" if call.request.query else ""
    links: dict[str, Json] = {"self": link(f"{path}{query}")}
    if len(rest) > len(shown):
        token = _encode(after + len(shown) if by_position else ordinal(shown[-1]), filter_text, call.now)
        if call.knobs.continuation_in in {"both", "body"}:
            body["continuationToken"] = token
        if call.knobs.continuation_in in {"both", "links"}:
            links["next"] = {
                "uri": f"{path}?size={size}&seekOperation=Next",
                "method": "GET",
                "headers": [{"key": "MS-ContinuationToken", "value": token}],
            }
    body["links"] = links
    body["attributes"] = {"objectType": "Collection"}
    return body


def _size(text: str | None, maximum: int) -> int:
    if text is None or text == "":
        return maximum
    if not text.isdecimal() or len(text) > 6:
        raise refuse("2000", text="size must be a whole number")
    return min(int(text) or maximum, maximum)


def _start(call: Call, params: dict[str, str], filter_text: str) -> int:
    token = call.request.header("ms-continuationtoken")
    seek = params.get("seekOperation")
    if token is None and seek is None:
        return 0
    if token is None or seek is None or seek.lower() != "next":
        raise refuse("2000", text="seekOperation=Next and the header MS-ContinuationToken belong together")
    try:
        last, seen_filter, issued = json.loads(base64.b64decode(token, validate=True))
        expires = None if call.knobs.continuation_lasts is None else parse_moment(issued, call.now)
    except (binascii.Error, ValueError, TypeError):
        raise refuse("2000", text="the continuation token is invalid") from None
    if expires is not None and call.now >= expires + (call.knobs.continuation_lasts or timedelta(0)):
        raise refuse("2000", text="the continuation token has expired")
    if not isinstance(last, int) or last < 0 or (filter_text and seen_filter != filter_text):
        raise refuse("2000", text="the continuation token belongs to another query")
    return last


def _encode(last: int, filter_text: str, now: datetime) -> str:
    return base64.b64encode(json.dumps([last, filter_text, iso(now)]).encode()).decode()
