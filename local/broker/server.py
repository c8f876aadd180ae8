"""The broker as a whole: storage, engine and front on one event loop; and a thread around that for tests."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from pathlib import Path
from types import TracebackType

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.clocks import SystemClock
from local.broker.engine.message import NullJournal
from local.broker.engine.namespace import Namespace
from local.broker.entities.model import Entities
from local.broker.front.cbs import EMULATOR_KEY, KEY_NAME
from local.broker.front.connection import Connection
from local.broker.front.hub import Hub
from local.broker.front.limits import Limits
from local.broker.rest.door import Door
from local.broker.storage.sqlite_journal import SqliteJournal

HOST = "127.0.0.1"
_LOG = logging.getLogger(__name__)
_PULSE_SECONDS = 0.2
"""How often the clock file is looked at and due things are done, at the latest."""
_SHORTEST_PULSE_SECONDS = 0.002
_GOODBYE_SECONDS = 2.0


def connection_string(port: int, key: str) -> str:
    """What clients of this broker are configured with. UseDevelopmentEmulator switches TLS off and keeps the port."""
    return (
        f"Endpoint=sb://{HOST}:{port};SharedAccessKeyName={KEY_NAME};SharedAccessKey={key};UseDevelopmentEmulator=true;"
    )


class Broker:
    """One broker on the running event loop: `start`, then `run` until `stop`."""

    def __init__(
        self,
        entities: Entities,
        *,
        data: Path | None = None,
        clock: SystemClock | None = None,
        key: str = EMULATOR_KEY,
        limits: Limits | None = None,
    ) -> None:
        """Without `data` everything lives in memory. Raises StorageError if the folder cannot be used."""
        self.port = 0
        self.failure: Exception | None = None
        self._clock = clock or SystemClock()
        self._limits = limits or Limits()
        self._key = key
        self._connections: set[Connection] = set()
        self._stopping = asyncio.Event()
        self._journal = None if data is None else SqliteJournal(data)
        recovered = None if self._journal is None else self._journal.load()
        self._namespace = Namespace(entities, self._clock, self._journal or NullJournal(), recovered)
        for entity, count in self._namespace.orphans.items():
            _LOG.warning("%d stored messages of %s are kept, but there is no such entity any more", count, entity)

    @property
    def connection_string(self) -> str:
        """What clients are configured with."""
        return connection_string(self.port, self._key)

    @property
    def rest_url(self) -> str:
        """The namespace over HTTP."""
        return self._door.url

    async def start(self, port: int = 0, rest_port: int = 0) -> None:
        """Listen for AMQP and for HTTP; 0 takes a free port. Raises OSError if a port is taken."""
        commit = self._journal.commit if self._journal is not None else _nothing
        self._hub = Hub(self._namespace, self._clock, self._limits, self._key, commit, self._fail)
        self._hub.end_turn()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, HOST, port, backlog=256)
        self.port = self._server.sockets[0].getsockname()[1]
        self._door = Door(self._hub, rest_port)

    async def run(self) -> None:
        """Serve until `stop` is called or storing fails (then `failure` is set); then close everything."""
        loop = asyncio.get_running_loop()
        while not self._stopping.is_set():
            self._clock.refresh()
            self._namespace.advance()
            self._connections = {each for each in self._connections if not each.is_gone}
            for connection in self._connections:
                connection.tick(loop.time())
            self._hub.end_turn()
            wait = self._namespace.wait_ms()
            pulse = _PULSE_SECONDS if wait is None else min(_PULSE_SECONDS, wait / 1000)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), max(pulse, _SHORTEST_PULSE_SECONDS))
        await self._shut_down()

    def stop(self) -> None:
        """Make `run` return."""
        self._stopping.set()

    def _accept(self) -> Connection:
        if len(self._connections) >= self._limits.max_connections:
            self._connections = {each for each in self._connections if not each.is_gone}
        connection = Connection(self._hub, refused=len(self._connections) >= self._limits.max_connections)
        self._connections.add(connection)
        return connection

    def _fail(self, error: Exception) -> None:
        self.failure = error
        self._stopping.set()

    async def _shut_down(self) -> None:
        self._server.close()
        for connection in self._connections:
            connection.close(AmqpError(Condition.CONNECTION_FORCED, "The broker shuts down."))
        self._hub.end_turn()
        deadline = asyncio.get_running_loop().time() + (_GOODBYE_SECONDS if self.failure is None else 0.0)
        while asyncio.get_running_loop().time() < deadline and not all(each.is_gone for each in self._connections):
            await asyncio.sleep(0.01)
        for connection in self._connections:
            connection.abort()
        await self._door.close()
        await asyncio.sleep(0)
        self._hub.end_turn()
        if self._journal is not None:
            self._journal.close()


def _nothing() -> None:
    """Commit of a broker without a journal."""


class BrokerServer:
    """A broker in a thread of its own, for tests: `with BrokerServer(entities) as broker: broker.connection_string`."""

    def __init__(
        self,
        entities: Entities,
        *,
        port: int = 0,
        data: Path | None = None,
        clock: SystemClock | None = None,
        key: str = EMULATOR_KEY,
        limits: Limits | None = None,
    ) -> None:
        self.port = port
        self.connection_string = ""
        self.rest_url = ""
        self._entities = entities
        self._data = data
        self._clock = clock
        self._key = key
        self._limits = limits
        self._ready = threading.Event()
        self._problem: BaseException | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._broker: Broker | None = None

    def start(self) -> BrokerServer:
        """Start and wait until clients can connect. Raises what kept the broker from starting."""
        self._thread = threading.Thread(target=self._main, name="broker", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._problem is not None:
            raise self._problem
        return self

    def stop(self) -> None:
        """Stop and wait for the end; again is fine."""
        if self._thread is None or self._loop is None or self._broker is None:
            return
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._broker.stop)
        self._thread.join()

    def __enter__(self) -> BrokerServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # handed to the thread that called start
            self._problem = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._broker = Broker(self._entities, data=self._data, clock=self._clock, key=self._key, limits=self._limits)
        await self._broker.start(self.port)
        self.port, self.connection_string = self._broker.port, self._broker.connection_string
        self.rest_url = self._broker.rest_url
        self._ready.set()
        await self._broker.run()
