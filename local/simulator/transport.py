"""A requests transport that calls the simulator in the same process: no sockets, no threads."""

import io
from collections.abc import Mapping

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from local.simulator.messages import Cut, Request
from local.simulator.simulator import Simulator

_Timeout = float | tuple[float | None, float | None] | None


class SimulatorTransport(BaseAdapter):
    """Mount it on a session for ``https://`` and ``http://``; every host then is the simulator.

    A dropped connection is raised as requests.ConnectionError, an answer later than the read time-out as
    requests.ReadTimeout (without waiting); a shorter delay is not waited for either.
    """

    def __init__(self, simulator: Simulator) -> None:
        super().__init__()
        self._simulator = simulator

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the interface names these
        timeout: _Timeout = None,
        verify: bool | str = True,  # noqa: ARG002
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> requests.Response:
        """Answer the prepared request."""
        answer = self._simulator.handle(_converted(request))
        delivery = answer.delivery
        limit = timeout[1] if isinstance(timeout, tuple) else timeout
        if limit is not None and delivery.delay_seconds > limit:
            raise requests.ReadTimeout(f"no answer within {limit} seconds", request=request)
        if delivery.cut in {Cut.DROP, Cut.KILL_BEFORE_ANSWER}:
            raise requests.ConnectionError("the connection was closed without an answer", request=request)
        response = requests.Response()
        response.status_code = answer.status
        response.headers = CaseInsensitiveDict(answer.headers)
        response.headers.setdefault("Content-Length", str(len(answer.body)))
        response.raw = io.BytesIO(answer.body)
        response.encoding = "utf-8"
        response.reason = ""
        response.url = request.url or ""
        response.request = request
        return response

    def close(self) -> None:
        """Nothing to close."""


def simulator_session(simulator: Simulator) -> requests.Session:
    """A session whose every request goes to the simulator."""
    session = requests.Session()
    session.trust_env = False
    transport = SimulatorTransport(simulator)
    session.mount("https://", transport)
    session.mount("http://", transport)
    return session


def _converted(request: requests.PreparedRequest) -> Request:
    body = request.body or b""
    if isinstance(body, str):
        body = body.encode("utf-8")
    if not isinstance(body, bytes):
        raise TypeError("the simulator takes whole bodies, no streams")
    return Request.of(request.method or "GET", request.url or "/", dict(request.headers), body)
