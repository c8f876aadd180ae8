"""Puts the parts together for one app, starts them in order and stops them in reverse.

Stop: nothing new is received, running functions get GRACE_SECONDS, what they finished is settled, locks of the rest
run out.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from local.host.business_clock import BusinessClock
from local.host.functions import ServiceBusTrigger
from local.host.index import App
from local.host.invoke.context import Invocation
from local.host.invoke.invoker import Invoker
from local.host.invoke.watchdog import Watchdog
from local.host.service_bus.listener import Listener
from local.host.timer_status import TimerMemory
from local.host.timers import TimerService
from local.host.web.admin import Admin
from local.host.web.app import WebApp
from local.host.web.authentication import Authentication
from local.host.web.keys import Keys
from local.host.web.server import HttpServer

_log = logging.getLogger("host")
GRACE_SECONDS = 5.0
FORSAKE_SECONDS = 5.0
"""How long the messages in flight may take to be abandoned after a time-out, before the process ends anyway."""
# A closing link of the SDK waits for its own threads for up to a second or two.
_DETACH_SECONDS = 3.0


class Runtime:
    """One app being served. Raises OSError when the port is taken."""

    def __init__(
        self,
        app: App,
        port: int,
        keys: Keys,
        timer_file: Path | None,
        on_timeout: Callable[[Invocation], None],
        authentication: Authentication | None = None,
        clock: BusinessClock | None = None,
    ) -> None:
        limit = app.host_json.function_timeout
        options = app.host_json.extensions
        self._state = "Initializing"
        self._on_timeout = on_timeout
        self._invoker = Invoker(Watchdog(limit, self._timed_out) if limit is not None else None)
        self._timers = TimerService(app.functions, self._invoker, TimerMemory(timer_file), clock)
        self._listeners = [
            Listener(function, function.trigger, options.service_bus, self._invoker)
            for function in app.functions
            if isinstance(function.trigger, ServiceBusTrigger)
        ]
        admin = Admin(app.functions, self._timers.fire, lambda: self._state, lambda: self._invoker.running)
        web = WebApp(app.functions, options.http.route_prefix, keys, self._invoker, admin, authentication)
        self._http = HttpServer(port, web.handle)

    @property
    def port(self) -> int:
        """The port that HTTP listens on."""
        return self._http.port

    def start(self, stopping: Callable[[], bool]) -> bool:
        """Starts everything and waits until HTTP listens and every Service Bus link is attached.

        A broker that is down is waited for; False if `stopping` came true meanwhile. Timers begin last.
        """
        self._http.start()
        for listener in self._listeners:
            listener.start(GRACE_SECONDS)
        for listener in self._listeners:
            while not listener.wait_attached(0.2):
                if stopping():
                    return False
        self._timers.start()
        self._state = "Running"
        return True

    def _timed_out(self, invocation: Invocation) -> None:
        deadline = time.monotonic() + FORSAKE_SECONDS
        for listener in self._listeners:
            listener.forsake()
        for listener in self._listeners:
            if not listener.wait_forsaken(max(0.0, deadline - time.monotonic())):
                _log.warning("messages in flight were not abandoned in time; they come again when their locks end")
        self._on_timeout(invocation)

    def stop(self) -> bool:
        """Stops everything; False if a function was still running at the end of the grace."""
        self._state = "Offline"
        deadline = time.monotonic() + GRACE_SECONDS
        self._timers.stop()
        for listener in self._listeners:
            listener.stop()
        self._http.stop()
        idle = self._invoker.wait_idle(GRACE_SECONDS)
        idle = self._http.wait_idle(max(0.5, deadline - time.monotonic())) and idle
        for listener in self._listeners:
            listener.join(max(0.0, deadline + _DETACH_SECONDS - time.monotonic()))
        if not idle:
            _log.warning(
                "%d invocations did not end within %.0f s and are cut off", self._invoker.running, GRACE_SECONDS
            )
        self._invoker.close()
        return idle
