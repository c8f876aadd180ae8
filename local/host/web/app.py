"""Answers one HTTP request: route, key, body, function, response.

Order and answers as in Azure: with authentication first who is signed in; then no route or no such method 404, wrong or
missing key 401, a function that raised 500; all of these without a body. Nothing of a request's query is logged, it may
hold a key.
"""

import logging
from collections.abc import Sequence

from werkzeug.wrappers import Request, Response

from local.host.functions import Function
from local.host.invoke.invoker import Invoker
from local.host.invoke.trace import take_trace
from local.host.web.admin import Admin
from local.host.web.authentication import Authentication
from local.host.web.convert import raw_path, request_argument, response_of
from local.host.web.keys import HEADER, QUERY_PARAMETER, Keys
from local.host.web.routes import Match, Router

_log = logging.getLogger("host.http")


class WebApp:
    """The HTTP side of the host."""

    def __init__(
        self,
        functions: Sequence[Function],
        prefix: str,
        keys: Keys,
        invoker: Invoker,
        admin: Admin,
        authentication: Authentication | None = None,
    ) -> None:
        self._router = Router(functions, prefix)
        self._keys = keys
        self._invoker = invoker
        self._admin = admin
        self._authentication = authentication

    def handle(self, request: Request) -> Response:
        """Answers a request; raises nothing."""
        try:
            return self._answer(request)
        except Exception:
            _log.exception("%s %s failed in the host", request.method, raw_path(request))
            return Response(status=500)

    def _answer(self, request: Request) -> Response:
        path = raw_path(request)
        if self._authentication is not None:
            if path.strip("/").lower().split("/")[0] == ".auth":
                return self._authentication.answer(request, path)
            refusal = self._authentication.identify(request)
            if refusal is not None:
                return refusal
        key = request.headers.get(HEADER)
        if key is None:
            key = request.args.get(QUERY_PARAMETER)
        if path.strip("/").lower().split("/")[0] == "admin":
            return self._admin.answer(request, path, self._keys.is_master(key))
        match = self._router.match(request.method, path)
        if match is None:
            return self._admin.home() if path == "/" and request.method in ("GET", "HEAD") else Response(status=404)
        if not self._keys.admits(match.trigger.auth_level, match.function.name, key):
            return Response(status=401)
        return self._invoke(request, match)

    def _invoke(self, request: Request, match: Match) -> Response:
        body = request.get_data(cache=False)
        started = self._invoker.start(
            match.function,
            lambda: request_argument(request, body, match.parameters),
            take_trace({name.lower(): value for name, value in request.headers.items()}),
            response_of,
        )
        # An error is logged, with its traceback and invocation id, where it was raised.
        response = started.future.result() if started.future.exception() is None else None
        return response if isinstance(response, Response) else Response(status=500)
