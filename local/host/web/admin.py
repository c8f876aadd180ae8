"""The host's own addresses: home page, status, and running a timer by hand.

Source: https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from werkzeug.wrappers import Request, Response

from local.host.functions import Function, TimerTrigger
from local.host.settings import lookup


class Admin:
    """Answers below /admin; all but the ping want the master key."""

    def __init__(
        self,
        functions: Sequence[Function],
        fire_timer: Callable[[str], bool],
        state: Callable[[], str],
        running: Callable[[], int] = lambda: 0,
    ) -> None:
        """`running` tells how many invocations are under way: whoever stops instances lets them end first."""
        self._functions = {function.name.casefold(): function for function in functions}
        self._fire_timer = fire_timer
        self._state = state
        self._running = running
        self._began = time.monotonic()

    def home(self) -> Response:
        """GET /, for a browser or a health probe."""
        if (lookup(os.environ, "AzureWebJobsDisableHomepage") or "").lower() == "true":
            return Response(status=204)
        return Response("The Functions host is running.\n", mimetype="text/plain")

    def answer(self, request: Request, path: str, is_master: bool) -> Response:
        """Any request below /admin."""
        parts = path.strip("/").lower().split("/")[1:]
        if parts == ["host", "ping"]:
            return Response(status=200)
        if not is_master:
            return Response(status=401)
        if parts == ["host", "status"] and request.method == "GET":
            uptime = int((time.monotonic() - self._began) * 1000)
            shown = {"id": "local", "state": self._state(), "processUptime": uptime, "running": self._running()}
            return _json(shown)
        if parts == ["functions"] and request.method == "GET":
            return _json([{"name": item.name, "trigger": str(item.trigger)} for item in self._functions.values()])
        if len(parts) == 2 and parts[0] == "functions" and request.method == "POST":
            return self._run(parts[1])
        return Response(status=404)

    def _run(self, name: str) -> Response:
        function = self._functions.get(name)
        if function is None:
            return Response(status=404)
        if not isinstance(function.trigger, TimerTrigger):
            return _json({"error": "only timers can be run by hand here: send the message or the request itself"}, 400)
        if not self._fire_timer(function.name):
            return _json({"error": "this timer is running already, or the host stops"}, 409)
        return Response(status=202)


def _json(content: Any, status: int = 200) -> Response:
    return Response(json.dumps(content), status=status, mimetype="application/json")
