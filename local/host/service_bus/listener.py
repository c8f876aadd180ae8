"""Binds Service Bus triggers to functions: a thread with a receive loop for each."""

import threading
from collections.abc import Callable

from azure.servicebus import ServiceBusReceivedMessage

from local.host.functions import Function, ServiceBusTrigger
from local.host.host_json import ServiceBusOptions
from local.host.invoke.invoker import Invoker, Started
from local.host.invoke.trace import MESSAGE_PROPERTIES, take_trace
from local.host.service_bus.convert import message_argument, trace_properties
from local.host.service_bus.pump import Pump, PumpOptions
from local.host.service_bus.sdk import SdkReceiver

TRIGGER = "trigger "
"""How the names of these threads begin."""


class Listener:
    """One trigger at work."""

    def __init__(
        self, function: Function, trigger: ServiceBusTrigger, options: ServiceBusOptions, invoker: Invoker
    ) -> None:
        self._stopping = threading.Event()
        auto_complete = options.auto_complete_messages if trigger.auto_complete is None else trigger.auto_complete
        self._pump = Pump(
            name=f"{function.name} ({trigger.entity})",
            receiver=SdkReceiver(trigger.connection, trigger.entity, options.prefetch_count),
            dispatch=_dispatcher(function, trigger, invoker),
            options=PumpOptions(options.max_concurrent_calls, auto_complete, options.max_auto_lock_renewal_duration),
            stopping=self._stopping,
        )
        self._thread: threading.Thread | None = None

    def start(self, grace: float) -> None:
        """Begins to attach and receive; `grace` is how long running functions may finish at the stop, seconds."""
        self._thread = threading.Thread(
            target=self._pump.run, args=(grace,), name=f"{TRIGGER}{self._pump.name}", daemon=True
        )
        self._thread.start()

    def wait_attached(self, seconds: float) -> bool:
        """Waits until the link is attached for the first time, at most so long; tells whether it is."""
        return self._pump.attached.wait(seconds)

    def stop(self) -> None:
        """Receives nothing more. Returns at once."""
        self._stopping.set()

    def forsake(self) -> None:
        """Abandons everything in flight and receives nothing more: the process is about to end. Returns at once."""
        self._pump.forsake()

    def wait_forsaken(self, seconds: float) -> bool:
        """Waits until that is done, at most so long; tells whether it is."""
        return self._pump.wait_forsaken(seconds)

    def join(self, seconds: float) -> None:
        """Waits for the loop to settle and detach."""
        if self._thread is not None:
            self._thread.join(seconds)


def _dispatcher(
    function: Function, trigger: ServiceBusTrigger, invoker: Invoker
) -> Callable[[ServiceBusReceivedMessage], Started]:
    def dispatch(message: ServiceBusReceivedMessage) -> Started:
        return invoker.start(
            function,
            lambda: message_argument(message, binary=trigger.binary, kind=function.signature.kind),
            take_trace(trace_properties(message), MESSAGE_PROPERTIES),
        )

    return dispatch
