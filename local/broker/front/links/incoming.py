"""Links on which the client sends."""

from __future__ import annotations

from collections.abc import Callable

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.performatives import Disposition, Flow, Transfer
from local.broker.amqp.terms import accepted, rejected
from local.broker.front.links.base import SERIAL_MASK, Link, LinkHost

CREDIT, CREDIT_LOW = 1_000, 500
"""Messages that a client may send ahead, and the remainder at which it may send as many again."""

Acceptor = Callable[[bytes, int], "Callable[[], None] | None"]
"""Takes a whole message and its format; raises AmqpError to reject it; returns what to do once it is acknowledged."""


class IncomingLink(Link):
    """The client sends; whole messages go to `accept`, which raises AmqpError for those that are not taken."""

    kind = "publisher"

    def __init__(self, host: LinkHost, handle: int, initial_count: int, max_bytes: int, accept: Acceptor) -> None:
        super().__init__(host, handle)
        self._count = initial_count
        self._credit = CREDIT
        self._max_bytes = max_bytes
        self._accept = accept
        self._first: Transfer | None = None
        self._pieces: list[bytes] = []
        self._size = 0

    def grant(self) -> None:
        """Tell the client how many messages it may send."""
        self.host.send_flow(handle=self.handle, delivery_count=self._count, link_credit=self._credit)

    def stop(self) -> None:
        """Drop what was half sent."""
        self._forget()

    def on_flow(self, flow: Flow) -> None:
        """Answer a client that asks for the state."""
        if flow.echo:
            self.grant()

    def on_transfer(self, transfer: Transfer, payload: bytes) -> None:
        """Collect the pieces of a message; take it when it is whole."""
        if self._first is None:
            if transfer.delivery_id is None:
                raise AmqpError(Condition.INVALID_FIELD, "the first transfer of a delivery has no delivery id")
            if self._credit <= 0:
                raise AmqpError(Condition.TRANSFER_LIMIT_EXCEEDED, "a transfer came without credit")
            self._first = transfer
        elif transfer.delivery_id not in (None, self._first.delivery_id):
            raise AmqpError(Condition.INVALID_FIELD, "a delivery began before the one before it had ended")
        self._size += len(payload)
        if self._size <= self._max_bytes:
            self.host.count_partial(len(payload))
            self._pieces.append(payload)
        else:
            self._drop_pieces()
        if transfer.aborted:
            self._next()
        elif not transfer.more:
            self._finish(self._first, settled=bool(self._first.settled or transfer.settled))

    def _finish(self, first: Transfer, *, settled: bool) -> None:
        payload, size = b"".join(self._pieces), self._size
        self._next()
        if size > self._max_bytes:
            # Service Bus rejects and then detaches; a detach alone would look like a broken connection to clients.
            error = AmqpError(
                Condition.MESSAGE_SIZE_EXCEEDED,
                f"The message has {size} bytes; {self._max_bytes} are allowed on this link.",
            )
            self._answer(first, settled, rejected(error))
            self.detach(error)
            return
        try:
            self._refuse_transaction(first)
            then = self._accept(payload, first.message_format or 0)
        except AmqpError as error:
            self._answer(first, settled, rejected(error))
        else:
            self._answer(first, settled, accepted())
            if then is not None:
                then()
        if self._credit < CREDIT_LOW:
            self._credit = CREDIT
            self.grant()

    @staticmethod
    def _refuse_transaction(first: Transfer) -> None:
        if first.state is not None:
            raise AmqpError(Condition.NOT_IMPLEMENTED, "Transactions are not supported by this broker.")

    def _answer(self, first: Transfer, settled: bool, state: bytes) -> None:
        if not settled:
            assert first.delivery_id is not None
            self.host.send(Disposition(True, first.delivery_id, first.delivery_id, True, state))

    def _next(self) -> None:
        self._forget()
        self._count = (self._count + 1) & SERIAL_MASK
        self._credit -= 1

    def _forget(self) -> None:
        self._drop_pieces()
        self._first, self._size = None, 0

    def _drop_pieces(self) -> None:
        self.host.count_partial(-sum(len(piece) for piece in self._pieces))
        self._pieces = []
