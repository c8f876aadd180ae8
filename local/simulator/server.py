"""The simulator over HTTP: exchanges as plain values; connections are cut and processes killed as a fault asks."""

import os
import signal
import time
from functools import partial
from urllib.parse import unquote, urlsplit

from local.http_shell import message as wire
from local.http_shell.connection import Connection
from local.http_shell.limits import Limits
from local.http_shell.server import HttpServer
from local.http_shell.visitors import refusal
from local.simulator.messages import Cut, Delivery, Request, Response
from local.simulator.simulator import Simulator

_LIMITS = Limits(max_body_bytes=8 * 1024 * 1024, idle_seconds=300.0, request_seconds=300.0)


class SimulatorServer(HttpServer):
    """Listens on 127.0.0.1; port 0 picks a free one."""

    def __init__(self, simulator: Simulator, port: int) -> None:
        self._simulator = simulator
        super().__init__(port, self._answered, _refuse, _LIMITS)

    def _answered(self, request: wire.Request, _: Connection) -> wire.Answer | None:
        return refusal(request.head) or _deliver(self._simulator.handle(_given(request, self.url)))


def _given(request: wire.Request, url: str) -> Request:
    head = request.head
    parts = urlsplit(head.target)
    headers = {name.lower(): value for name, value in head.headers}
    origin = f"http://{headers.get('host') or url.removeprefix('http://')}"
    return Request(head.method.upper(), unquote(parts.path) or "/", parts.query, headers, request.body, origin)


def _refuse(error: wire.RefusedError) -> wire.Answer:
    return wire.Answer(error.status)


def _deliver(answer: Response) -> wire.Answer | None:
    """The answer as its delivery asks, after the delay; None cuts the connection."""
    delivery = answer.delivery
    if delivery.delay_seconds:
        time.sleep(delivery.delay_seconds)
    if delivery.cut is Cut.KILL_BEFORE_ANSWER:
        _kill(delivery)
    if delivery.cut in {Cut.DROP, Cut.KILL_BEFORE_ANSWER}:
        return None
    killing = partial(_kill, delivery) if delivery.cut is Cut.KILL_AFTER_ANSWER else None
    return wire.Answer(answer.status, tuple(answer.headers.items()), answer.body, afterwards=killing)


def _kill(delivery: Delivery) -> None:
    """End a process or group the hard way, as a crash would. The simulator itself may be in it."""
    if delivery.kill_group is not None and hasattr(os, "killpg"):
        os.killpg(delivery.kill_group, signal.SIGKILL)
    else:
        hard = getattr(signal, "SIGKILL", signal.SIGTERM)
        os.kill(delivery.kill_pid or delivery.kill_group or os.getpid(), hard)
