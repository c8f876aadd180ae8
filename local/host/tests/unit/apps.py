"""Apps built in the test's own process, indexed by the host's real rules."""

from collections.abc import Callable, Mapping
from typing import Any

import azure.functions as func

from local.host.functions import Function
from local.host.host_json import HostJson
from local.host.index import describe

CONNECTION = (
    "Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=a2V5;"
    "UseDevelopmentEmulator=true;"
)
SETTINGS = {"Bus": CONNECTION, "Queue": "orders", "Schedule": "0 */5 * * * *"}
HOST_JSON = HostJson(version="2.0", extension_bundle={"id": "Microsoft.Azure.Functions.ExtensionBundle"})


def indexed(
    app: func.FunctionApp, settings: Mapping[str, str] = SETTINGS, host_json: HostJson = HOST_JSON
) -> tuple[Function, ...]:
    """The functions of an app, as the host indexes them."""
    return describe(app, host_json, settings)


def http_function(handler: Callable[..., Any], **route: Any) -> Function:
    """One HTTP function around a handler with parameter `req`."""
    app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
    app.route(**route)(handler)
    return indexed(app)[0]


def queue_function(handler: Callable[..., Any], **trigger: Any) -> Function:
    """One queue function around a handler with parameter `msg`."""
    app = func.FunctionApp()
    app.service_bus_queue_trigger(
        **{"arg_name": "msg", "connection": "Bus", "queue_name": "q", "data_type": "BINARY", **trigger}
    )(handler)
    return indexed(app)[0]


def timer_function(handler: Callable[..., Any], **trigger: Any) -> Function:
    """One timer function around a handler with parameter `timer`."""
    app = func.FunctionApp()
    app.timer_trigger(**{"arg_name": "timer", "schedule": "0 0 * * * *", **trigger})(handler)
    return indexed(app)[0]
