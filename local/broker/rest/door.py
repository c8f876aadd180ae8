"""The HTTP server in its threads, and the operations on the broker's event loop: one hop there and back a request."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

from local.broker.amqp.errors import AmqpError
from local.broker.front.hub import Hub
from local.broker.rest.answer import Answer, error_answer, sendable
from local.broker.rest.operations import Operations
from local.broker.rest.request import HttpError, HttpRequest, read_request
from local.http_shell import message as wire
from local.http_shell.connection import Connection
from local.http_shell.limits import Limits
from local.http_shell.server import HttpServer

MAX_CONNECTIONS = 256
IDLE_SECONDS = 120.0
"""A connection without a request is closed after that."""


class Door:
    """Serves HTTP until `close`; both are called on the broker's event loop. Raises OSError if the port is taken."""

    def __init__(self, hub: Hub, port: int) -> None:
        limits = Limits(
            max_body_bytes=hub.namespace.largest_message(hub.limits.max_message_bytes),
            idle_seconds=IDLE_SECONDS,
            request_seconds=hub.limits.handshake_seconds,
            max_connections=MAX_CONNECTIONS,
        )
        self._hub = hub
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._asked: set[Future[Answer]] = set()
        self._is_closed = False
        self._server = HttpServer(port, self._handle, lambda error: sendable(error_answer(error)), limits)
        self._operations = Operations(hub, self.url)
        self._server.start()

    @property
    def url(self) -> str:
        """The address of the namespace over HTTP."""
        return self._server.url

    async def close(self) -> None:
        """Take no more connections and end those that are there; a receive that waits is not answered."""
        with self._lock:
            self._is_closed = True
            for future in self._asked:
                future.cancel()
        await asyncio.to_thread(self._server.stop)
        self._server.cut_all()

    def _handle(self, request: wire.Request, connection: Connection) -> wire.Answer | None:
        try:
            asked = read_request(request)
        except HttpError as error:
            return sendable(error_answer(error))
        with self._lock:
            if self._is_closed:
                return None
            future = asyncio.run_coroutine_threadsafe(self._answer(asked, connection.is_gone), self._loop)
            self._asked.add(future)
        try:
            return sendable(future.result())
        except CancelledError:
            return None
        finally:
            with self._lock:
                self._asked.discard(future)

    async def _answer(self, request: HttpRequest, is_gone: Callable[[], bool]) -> Answer:
        try:
            return await self._operations.answer(request, is_gone)
        except (AmqpError, HttpError) as error:
            answer = error_answer(error)
            said = error.detail if isinstance(error, HttpError) else error.description
            self._hub.refusals.note(f"{request.method} of {request.path}", f"{answer.status.value} {said}")
            return answer
