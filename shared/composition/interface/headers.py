"""Headers of requests and answers, as both are described."""

from __future__ import annotations

from typing import Any

from shared.contracts.idempotency import HEADER

TEXT = {"type": "string"}
ETAG = {"type": "string", "pattern": '^("[0-9a-f]{32}"|W/"[0-9a-f]{16}")$'}
"""Strong of what can be changed, weak of what is put together for a look: a list, a batch."""
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": {"description": "Names exactly what is shown; for If-Match and If-None-Match.", "schema": ETAG},
    "Location": {
        "description": "Where it can be looked at: absolute where the app knows its own name, else a path.",
        "schema": TEXT,
    },
    "Operation-Location": {"description": "The same as Location.", "schema": TEXT},
    "Retry-After": {"description": "Seconds until it makes sense to ask again.", "schema": {"type": "integer"}},
    "Content-Disposition": {"description": "The name of the file.", "schema": TEXT},
}
"""Of answers."""
PARAMETERS: dict[str, dict[str, Any]] = {
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what was seen. 428 without it, 412 when it is another by now.",
        "schema": {"type": "string", "minLength": 1},
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "ETags of what the caller has already: 304 while it is one of them.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": HEADER,
        "in": "header",
        "required": False,
        "description": "Of the caller's own: a repeated call is answered like the first one and has no second effect.",
        "schema": {"type": "string", "pattern": r"^[!-~]([ -~]{0,198}[!-~])?$"},
    },
}
"""Of requests."""
