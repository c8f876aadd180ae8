"""The HTTP server: connections, one request after the other, and what is said when something is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from local.broker.amqp.errors import AmqpError
from local.broker.front.hub import Hub
from local.broker.rest.answer import Answer, encode, error_answer
from local.broker.rest.operations import Operations
from local.broker.rest.request import MAX_HEAD_BYTES, HttpError, HttpRequest, read_request

_LOG = logging.getLogger(__name__)
MAX_CONNECTIONS = 256
IDLE_SECONDS = 120.0
"""A connection without a request is closed after that."""
_LINGER_SECONDS = 2.0
_LINGER_BYTES = 4 * 1024 * 1024


class Door:
    """Serves HTTP on the broker's event loop until `close`."""

    def __init__(self, hub: Hub) -> None:
        self.port = 0
        self._hub = hub
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address of the namespace over HTTP."""
        return f"http://127.0.0.1:{self.port}"

    async def open(self, host: str, port: int) -> None:
        """Listen; 0 takes a free port. Raises OSError if the port is taken."""
        self._server = await asyncio.start_server(self._connected, host, port, limit=MAX_HEAD_BYTES, backlog=256)
        self.port = self._server.sockets[0].getsockname()[1]
        self._operations = Operations(self._hub, self.url)

    def close(self) -> None:
        """Take no more connections and end those that are there; a receive that waits is not answered."""
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._tasks) >= MAX_CONNECTIONS:
            writer.transport.abort()
            return
        self._tasks.add(task)
        try:
            await self._serve(reader, writer)
        except (ConnectionError, TimeoutError, asyncio.CancelledError):
            writer.transport.abort()
        except Exception:
            _LOG.exception("a request could not be handled; its connection is closed, the broker goes on")
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        limits = self._hub.limits
        largest = self._hub.namespace.largest_message(limits.max_message_bytes)
        while True:
            try:
                request = await read_request(
                    reader, writer, max_body=largest, idle=IDLE_SECONDS, within=limits.handshake_seconds
                )
            except HttpError as error:
                await self._say(writer, error_answer(error), keep_alive=not error.closes)
                if error.closes:
                    await _linger(reader, writer)
                    return
                continue
            if request is None:
                return
            await self._say(writer, await self._answer(request, reader, writer), keep_alive=request.keep_alive)
            if not request.keep_alive:
                return

    async def _answer(self, request: HttpRequest, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Answer:
        try:
            return await self._operations.answer(request, lambda: reader.at_eof() or writer.is_closing())
        except (AmqpError, HttpError) as error:
            answer = error_answer(error)
            said = error.detail if isinstance(error, HttpError) else error.description
            self._hub.refusals.note(f"{request.method} of {request.path}", f"{answer.status.value} {said}")
            return answer

    async def _say(self, writer: asyncio.StreamWriter, answer: Answer, *, keep_alive: bool) -> None:
        writer.write(encode(answer, keep_alive=keep_alive))
        async with asyncio.timeout(self._hub.limits.handshake_seconds):
            await writer.drain()


async def _linger(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read what the client is still sending, within bounds: a closed socket would cost it the answer."""
    with contextlib.suppress(TimeoutError, ConnectionError, OSError):
        writer.write_eof()
        async with asyncio.timeout(_LINGER_SECONDS):
            left = _LINGER_BYTES
            while left > 0 and (data := await reader.read(65_536)):
                left -= len(data)
