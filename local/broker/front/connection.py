"""One client's connection: headers, SASL, frames in, frames out, and its end."""

from __future__ import annotations

import asyncio
import logging
from enum import Enum

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.frames import AMQP_HEADER, EMPTY_FRAME, SASL_HEADER, Frame, FrameReader, encode_frame
from local.broker.amqp.performatives import Begin, Close, End, Open, SaslInit, SaslMechanisms, SaslOutcome
from local.broker.amqp.terms import error_value
from local.broker.amqp.types import Array, ArrayOf
from local.broker.front.cbs import Grant
from local.broker.front.hub import Hub
from local.broker.front.session import Session

_LOG = logging.getLogger(__name__)
_MECHANISMS = ("ANONYMOUS", "MSSBCBS")
"""Nobody signs in with SASL; what counts is the token at $cbs."""
_MIN_MAX_FRAME = 512
_TURN_BYTES = 256 * 1024
"""Deliveries to one client in one turn; the rest follow in the next."""
_SASL_OK, _SASL_AUTH_FAILED = 0, 1


class Phase(Enum):
    """Where the conversation is."""

    HEADER = "protocol header"
    SASL = "sasl-init"
    OPENING = "open"
    OPEN = "any frame"
    CLOSED = "nothing"


class Connection(asyncio.Protocol):
    """Speaks AMQP with one client. Whatever breaks the protocol closes this connection and no other."""

    def __init__(self, hub: Hub, *, refused: bool = False) -> None:
        """A refused connection is cut as soon as it is made: there are too many."""
        self.hub = hub
        self.remote_max_frame = hub.limits.max_frame_bytes
        self.links = 0
        self.phase = Phase.HEADER
        self._since = asyncio.get_running_loop().time()
        self._reader = FrameReader(hub.limits.max_frame_bytes)
        self._sessions: dict[int, Session] = {}
        self._grants: set[Grant] = set()
        self._out: list[bytes] = []
        self._out_bytes = 0
        self._held_back = False
        self._partial = 0
        self._writable = True
        self._heartbeat_every: float | None = None
        self._written_at = 0.0
        self._transport: asyncio.Transport | None = None
        self._refused = refused
        self._lost = False

    @property
    def is_closed(self) -> bool:
        """Whether the conversation is over, although its last bytes may still have to be written."""
        return self.phase is Phase.CLOSED

    @property
    def is_gone(self) -> bool:
        """Whether nothing is left of the connection."""
        return self._lost

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        if self._refused or self.is_closed:
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Bytes have come; act on every whole frame in them."""
        if self.is_closed:
            return
        self.hub.plan_turn(self)
        self._reader.feed(data)
        try:
            while not self.is_closed and self._step():
                pass
        except AmqpError as error:
            self.close(error)
        except Exception:
            _LOG.exception("a frame could not be handled; its connection is closed, the broker goes on")
            self.close(AmqpError(Condition.INTERNAL_ERROR, "The broker failed; see its log."))

    def connection_lost(self, _exc: Exception | None) -> None:
        """The client is gone. What it had locked stays locked until the locks run out."""
        self.phase = Phase.CLOSED
        self._transport = None
        self._lost = True
        self._stop_sessions()

    def pause_writing(self) -> None:
        """The client does not read fast enough: no more deliveries."""
        self._writable = False

    def resume_writing(self) -> None:
        """The client has caught up."""
        self._writable = True
        self._wake()

    # What sessions and the hub ask of a connection

    def write(self, data: bytes) -> None:
        """Send bytes at the end of the turn."""
        self._out.append(data)
        self._out_bytes += len(data)
        if self._out_bytes > self.hub.limits.max_unsent_bytes:
            _LOG.warning("a client has asked for more answers than can be kept; its connection is dropped")
            self.abort()
        self.hub.plan_turn(self)

    def flush(self) -> None:
        """Write what has collected; drop a client that has stopped reading."""
        data, self._out, self._out_bytes = b"".join(self._out), [], 0
        if self._transport is None:
            return
        if data:
            self._transport.write(data)
            self._written_at = asyncio.get_running_loop().time()
        if self.phase is Phase.CLOSED:
            self._transport.close()
        elif self._transport.get_write_buffer_size() > self.hub.limits.max_unsent_bytes:
            _LOG.warning("a client does not read its answers; its connection is dropped")
            self.abort()
        elif self._held_back and self._writable:
            self._held_back = False
            self._wake()

    def is_writable(self) -> bool:
        """Whether the client reads what it is sent, and this turn has room for more."""
        if self._out_bytes > _TURN_BYTES:
            self._held_back = True
            return False
        return self._writable and self.phase is Phase.OPEN

    def may_use(self, path: str) -> bool:
        """Whether a token was put for an entity."""
        return any(grant.covers(path) for grant in self._grants)

    def grant(self, grant: Grant) -> None:
        """A token was put."""
        self._grants.add(grant)

    def count_partial(self, size: int) -> None:
        """Account for bytes of half-sent messages. Raises AmqpError when there are too many."""
        self._partial += size
        if size > 0 and self._partial > self.hub.limits.max_partial_bytes:
            raise AmqpError(Condition.RESOURCE_LIMIT_EXCEEDED, "too many bytes of unfinished messages")

    def tick(self, now: float) -> None:
        """Keep an idle connection alive; cut one that does not get on with its opening or its end."""
        if self.phase is not Phase.OPEN and now - self._since > self.hub.limits.handshake_seconds:
            self.abort()
            return
        for session in self._sessions.values():
            session.tick(now)
        if self._heartbeat_every is not None and now - self._written_at >= self._heartbeat_every:
            self.write(EMPTY_FRAME)

    def close(self, error: AmqpError | None) -> None:
        """Say goodbye and close once that is written."""
        if self.phase is Phase.CLOSED:
            return
        if self.phase is Phase.HEADER:
            self.write(SASL_HEADER)
        elif self.phase in (Phase.OPENING, Phase.OPEN):
            if self.phase is Phase.OPENING:
                self._send_open()
            self.write(encode_frame(0, Close(None if error is None else error_value(error))))
        self.phase, self._since = Phase.CLOSED, asyncio.get_running_loop().time()
        self._stop_sessions()
        self.hub.plan_turn(self)

    def abort(self) -> None:
        """Cut the connection; what was not written is lost."""
        self.phase = Phase.CLOSED
        self._out, self._out_bytes = [], 0
        if self._transport is not None:
            self._transport.abort()
        else:
            self._lost = True

    # Steps of the conversation

    def _step(self) -> bool:
        """Act on the next header or frame; False if it is not all there."""
        if self.phase is Phase.HEADER:
            header = self._reader.header()
            if header is not None:
                self._on_header(header)
            return header is not None
        frame = self._reader.frame()
        if frame is None:
            return False
        if frame.body is None:
            return True
        if self.phase is Phase.SASL:
            self._on_sasl(frame)
        elif self.phase is Phase.OPENING:
            self._on_open(frame)
        else:
            self._on_frame(frame)
        return True

    def _on_header(self, header: bytes) -> None:
        if header == SASL_HEADER:
            self.phase = Phase.SASL
            self.write(SASL_HEADER)
            self.write(encode_frame(0, SaslMechanisms(Array(ArrayOf.SYMBOL, _MECHANISMS))))
        elif header == AMQP_HEADER:
            self.phase = Phase.OPENING
            self.write(AMQP_HEADER)
        else:
            self.close(None)

    def _on_sasl(self, frame: Frame) -> None:
        if not isinstance(frame.body, SaslInit):
            self.close(None)
            return
        good = frame.body.mechanism in _MECHANISMS
        self.write(encode_frame(0, SaslOutcome(_SASL_OK if good else _SASL_AUTH_FAILED)))
        self.phase = Phase.HEADER
        if not good:
            self.phase = Phase.SASL
            self.close(None)

    def _on_open(self, frame: Frame) -> None:
        body = frame.body
        if not isinstance(body, Open):
            raise AmqpError(Condition.NOT_ALLOWED, f"{type(body).__name__} before open")
        if body.max_frame_size is not None:
            self.remote_max_frame = max(_MIN_MAX_FRAME, min(body.max_frame_size, self.remote_max_frame))
        if body.idle_time_out:
            self._heartbeat_every = max(body.idle_time_out / 2000, 0.1)
        self._send_open()
        self.phase = Phase.OPEN

    def _send_open(self) -> None:
        limits = self.hub.limits
        channel_max = limits.max_sessions - 1
        self.write(
            encode_frame(0, Open("local-broker", max_frame_size=limits.max_frame_bytes, channel_max=channel_max))
        )

    def _on_frame(self, frame: Frame) -> None:
        body = frame.body
        assert body is not None
        if isinstance(body, Close):
            self.close(None)
        elif isinstance(body, Begin):
            self._on_begin(frame.channel, body)
        elif (session := self._sessions.get(frame.channel)) is None:
            raise AmqpError(Condition.NOT_ALLOWED, f"{type(body).__name__} on channel {frame.channel} without session")
        elif isinstance(body, End):
            del self._sessions[frame.channel]
            session.end()
        else:
            session.handle(body, frame.payload)

    def _on_begin(self, channel: int, begin: Begin) -> None:
        if channel in self._sessions or channel >= self.hub.limits.max_sessions:
            raise AmqpError(Condition.NOT_ALLOWED, f"channel {channel} is in use or beyond the limit")
        self._sessions[channel] = Session(self, channel, begin)

    def _wake(self) -> None:
        for session in self._sessions.values():
            session.wake()

    def _stop_sessions(self) -> None:
        for session in self._sessions.values():
            session.stop()
        self._sessions.clear()
