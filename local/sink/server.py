"""The sink over HTTP: three receivers, a page to look at, and failures on demand."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict
from http import HTTPStatus

from local.http_shell.connection import Connection
from local.http_shell.limits import Limits
from local.http_shell.message import Answer, RefusedError, Request
from local.http_shell.server import HttpServer
from local.http_shell.visitors import refusal
from local.sink.kept import Keeper, Kept
from local.sink.read import read_card, read_hook, read_json, read_mail
from local.sink.signature import is_genuine

LIMITS = Limits(max_body_bytes=1024 * 1024, idle_seconds=60.0, request_seconds=30.0)
MESSAGES, ANSWERS = "/_sink/messages", "/_sink/answers"
_LOG = logging.getLogger(__name__)


class SinkServer(HttpServer):
    """Listens on 127.0.0.1; port 0 picks a free one. `key`: what web hooks are signed with (`whsec_…`)."""

    def __init__(self, keeper: Keeper, key: str, port: int) -> None:
        self._keeper, self._key = keeper, key
        self._failing: list[tuple[int, str]] = []
        self._failing_lock = threading.Lock()
        super().__init__(port, self._answered, lambda error: _refused(error), LIMITS)

    def _answered(self, request: Request, _: Connection) -> Answer:
        foreign = refusal(request.head)
        if foreign is not None:
            return foreign
        method, path = request.head.method, request.head.target.partition("?")[0]
        try:
            if method == "POST":
                return self._planned(request) if path == ANSWERS else self._received(request, path.strip("/"))
            if path == MESSAGES and method == "DELETE":
                self._keeper.clear()
                return Answer(HTTPStatus.NO_CONTENT)
            return self._shown(path)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _LOG.warning("%s %s is refused: %s", method, path, error)
            return Answer(HTTPStatus.BAD_REQUEST, body=f"{error}\n".encode())

    def _planned(self, request: Request) -> Answer:
        wanted = read_json(request.body)
        answer = (int(wanted["status"]), str(wanted.get("retryAfter", "")))
        with self._failing_lock:
            self._failing += [answer] * int(wanted.get("count", 1))
        return Answer(HTTPStatus.NO_CONTENT)

    def _received(self, request: Request, place: str) -> Answer:
        with self._failing_lock:
            failing = self._failing.pop(0) if self._failing else None
        if failing is not None:
            return Answer(failing[0], (("Retry-After", failing[1]),) if failing[1] else ())
        headers = {name.lower(): value for name, value in request.head.headers}
        channel = place.partition("/")[0]
        if channel == "webhook":
            if not is_genuine(headers, request.body, self._key):
                return Answer(HTTPStatus.UNAUTHORIZED, body=b"the signature is not genuine\n")
            (title, text), identity = read_hook(request.body), headers["webhook-id"]
        elif channel == "teams":
            (title, text), identity = read_card(request.body), ""
        elif channel == "emails:send":
            (title, text), identity = read_mail(request.body), headers.get("operation-id", "")
        else:
            return Answer(HTTPStatus.NOT_FOUND)
        self._keeper.keep(Kept(place, identity, title, text, read_json(request.body)))
        return Answer(HTTPStatus.ACCEPTED, (("Content-Type", "application/json"),), b"{}")

    def _shown(self, path: str) -> Answer:
        items = self._keeper.all()
        if path == MESSAGES:
            text = json.dumps([asdict(item) for item in items])
            return Answer(HTTPStatus.OK, (("Content-Type", "application/json"),), text.encode())
        if path != "/":
            return Answer(HTTPStatus.NOT_FOUND)
        blocks = [f"{item.place}: {item.title}\n{item.text}\n" for item in reversed(items)]
        page = "\n".join(blocks) or "Nobody was told anything yet.\n"
        # Plain text: what a customer is called stays what it is.
        headers = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))
        return Answer(HTTPStatus.OK, headers, page.encode())


def _refused(error: RefusedError) -> Answer:
    return Answer(error.status, body=f"{error.detail}\n".encode())
