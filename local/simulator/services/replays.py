"""Idempotency of writes by MS-RequestId.

Source: "Partner Center REST headers": the same id is sent again when no answer came, a new one after any answer.
"""

import hashlib

from local.simulator.messages import Request, Response
from local.simulator.tenant.records import Replay
from local.simulator.tenant.store import Store

_WRITES = frozenset({"PATCH", "POST", "PUT", "DELETE"})
_KEPT = 20_000


def replay_key(request: Request) -> str | None:
    """What identifies a write: its MS-RequestId and the whole request. None if it carries no id."""
    request_id = request.header("ms-requestid")
    if request_id is None or request.method not in _WRITES:
        return None
    text = f"{request_id.lower()}\n{request.method}\n{request.path.lower()}\n{request.query}\n"
    return hashlib.sha256(text.encode() + request.body).hexdigest()


def stored_answer(store: Store, key: str) -> tuple[Response, str | None] | None:
    """The answer given before (and its error code), or None."""
    found = store.replays.get(key)
    if found is None:
        return None
    return Response(found.status, dict(found.headers), found.body), found.code


def keep_answer(store: Store, key: str, answer: Response, code: str | None) -> None:
    """Remember the answer; the oldest ones are forgotten."""
    headers = tuple(answer.headers.items())
    store.put(Replay(key, "", answer.status, headers, answer.body, code))
    while len(store.replays) > _KEPT:
        store.delete(next(iter(store.replays)))
