"""Which functions are accepted, by the worker's rules and by the host's."""

# Annotations are the subject here, so they must be objects, not texts: no future import.
import typing
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest

from local.host.bindings import AuthLevel
from local.host.errors import IndexingError
from local.host.functions import HttpTrigger, ServiceBusTrigger, TimerTrigger, table
from local.host.host_json import HostJson
from local.host.rules import warnings
from local.host.signature import ArgumentKind
from local.host.tests.unit.apps import SETTINGS, http_function, indexed, queue_function, timer_function

Build = Callable[[func.FunctionApp], object]


def plain(msg: func.ServiceBusMessage) -> None: ...


def _queue(app: func.FunctionApp, handler: Callable[..., object] = plain, **trigger: Any) -> None:
    app.service_bus_queue_trigger(**{"arg_name": "msg", "connection": "Bus", "queue_name": "q", **trigger})(handler)


def test_triggers_are_resolved_against_the_settings() -> None:
    app = func.FunctionApp()

    @app.route(route="items/{id}", methods=["get", "POST"])
    def items(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
        return func.HttpResponse()

    @app.route()
    def bare(req: func.HttpRequest) -> str:
        return ""

    @app.service_bus_queue_trigger(
        arg_name="msg", connection="Bus", queue_name="%Queue%/$deadletterqueue", data_type=func.DataType.BINARY
    )
    async def dead(msg: func.ServiceBusMessage) -> None: ...

    @app.service_bus_topic_trigger(arg_name="msg", connection="Bus", topic_name="events", subscription_name="crm")
    def event(msg: bytes) -> None: ...

    @app.timer_trigger(arg_name="timer", schedule="%Schedule%", run_on_startup=True)
    def sweep(timer: func.TimerRequest) -> None: ...

    by_name = {item.name: item for item in indexed(app)}
    assert by_name["items"].trigger == HttpTrigger("items/{id}", frozenset({"GET", "POST"}), AuthLevel.FUNCTION)
    assert by_name["items"].signature.wants_context
    assert by_name["items"].signature.has_return
    assert by_name["bare"].trigger == HttpTrigger("bare", None, AuthLevel.FUNCTION)
    dead_trigger = by_name["dead"].trigger
    assert isinstance(dead_trigger, ServiceBusTrigger)
    assert (str(dead_trigger.entity), dead_trigger.binary) == ("orders/$DeadLetterQueue", True)
    assert by_name["dead"].signature.is_async
    event_trigger = by_name["event"].trigger
    assert isinstance(event_trigger, ServiceBusTrigger)
    assert (str(event_trigger.entity), event_trigger.binary) == ("events/Subscriptions/crm", False)
    assert by_name["event"].signature.kind is ArgumentKind.RAW
    sweep_trigger = by_name["sweep"].trigger
    assert isinstance(sweep_trigger, TimerTrigger)
    assert (sweep_trigger.schedule.text, sweep_trigger.run_on_startup) == ("0 */5 * * * *", True)
    lines = table(tuple(by_name.values()), "api")
    assert [" ".join(line.split()) for line in lines] == [
        "items http GET,POST /api/items/{id} (function)",
        "bare http any method /api/bare (function)",
        "dead service bus orders/$DeadLetterQueue",
        "event service bus events/Subscriptions/crm (text body)",
        "sweep timer 0 */5 * * * * UTC, at start",
    ]
    assert "a2V5" not in repr(by_name)
    assert [text.split()[1] for text in warnings(tuple(by_name.values()))] == ["event:"]


@pytest.mark.parametrize("annotation", [func.ServiceBusMessage, str, bytes, typing.List[func.ServiceBusMessage]])  # noqa: UP006
def test_annotations_that_the_worker_takes(annotation: object) -> None:
    def handler(msg: annotation) -> None: ...  # type: ignore[valid-type]

    assert queue_function(handler).name == "handler"


@pytest.mark.parametrize(
    "annotation",
    [
        list[func.ServiceBusMessage],
        func.ServiceBusMessage | None,
        typing.Optional[func.ServiceBusMessage],  # noqa: UP045
        dict,
        func.HttpRequest,
        func.Out[str],
    ],
)
def test_annotations_that_the_worker_refuses(annotation: object) -> None:
    def handler(msg: annotation) -> None: ...  # type: ignore[valid-type]

    with pytest.raises(IndexingError, match="annotation"):
        queue_function(handler)


def unbound(msg: func.ServiceBusMessage, other: str) -> None: ...


def nothing() -> None: ...


def wrong_context(msg: func.ServiceBusMessage, context: str) -> None: ...


def unknown_type(msg: "Missing") -> None: ...  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("handler", "part"),
    [
        (unbound, "no decorator binds"),
        (nothing, "are no parameters"),
        (wrong_context, "azure.functions.Context"),
        (unknown_type, "cannot be resolved"),
    ],
)
def test_parameters_that_the_worker_refuses(handler: Callable[..., object], part: str) -> None:
    with pytest.raises(IndexingError, match=part) as caught:
        queue_function(handler)
    assert f"{__file__}:" in caught.value.problems[0]


@pytest.mark.parametrize(
    ("annotation", "accepted"), [(func.HttpResponse, True), (str, True), (int, False), (str | None, False)]
)
def test_return_annotation_of_an_http_function(annotation: object, accepted: bool) -> None:
    def handler(req: func.HttpRequest) -> annotation: ...  # type: ignore[valid-type]

    if accepted:
        assert http_function(handler).signature.has_return
    else:
        with pytest.raises(IndexingError, match="return annotation"):
            http_function(handler)


@pytest.mark.parametrize(
    ("trigger", "part"),
    [
        ({"cardinality": "many"}, "cardinality 'many'"),
        ({"is_sessions_enabled": True}, "sessions"),
        ({"queue_name": "%Missing%"}, "'Missing'"),
        ({"queue_name": "/$DeadLetterQueue"}, "must not be empty"),
        ({"connection": "Nowhere"}, "connection 'Nowhere' is not set"),
        ({"arg_name": "my__msg"}, "binding name 'my__msg'"),
    ],
)
def test_service_bus_triggers_that_the_host_refuses(trigger: dict[str, object], part: str) -> None:
    with pytest.raises(IndexingError, match=part):
        queue_function(plain, **trigger)


@pytest.mark.parametrize("route", ["admin", "Admin/x", "runtime/hooks", "a/{x", "{a}/{a}", "{n:weird}"])
def test_routes_that_the_host_refuses(route: str) -> None:
    def handler(req: func.HttpRequest) -> str:
        return ""

    with pytest.raises(IndexingError, match="route"):
        http_function(handler, route=route)


@pytest.mark.parametrize("schedule", ["00:05:00", "0 0 0 31 2 *", "%Missing%"])
def test_schedules_that_never_fire_are_refused(schedule: str) -> None:
    def handler(timer: func.TimerRequest) -> None: ...

    with pytest.raises(IndexingError):
        timer_function(handler, schedule=schedule)


def _named(app: func.FunctionApp, name: str) -> None:
    app.function_name(name)(app.service_bus_queue_trigger(arg_name="msg", connection="Bus", queue_name="q")(plain))


def _bad_name(app: func.FunctionApp) -> None:
    _named(app, "2nd")


def _host(app: func.FunctionApp) -> None:
    _named(app, "Host")


def _same_name(app: func.FunctionApp) -> None:
    _named(app, "one")
    _named(app, "one")


def _same_name_but_for_case(app: func.FunctionApp) -> None:
    _named(app, "one")
    _named(app, "ONE")


def _same_route(app: func.FunctionApp) -> None:
    @app.route(route="x/{a}", methods=["GET"])
    def first(req: func.HttpRequest) -> str:
        return ""

    @app.route(route="X/{b:int}")
    def second(req: func.HttpRequest) -> str:
        return ""


def _retry(app: func.FunctionApp) -> None:
    app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:00:01")(
        app.service_bus_queue_trigger(arg_name="msg", connection="Bus", queue_name="q")(plain)
    )


def _other_trigger(app: func.FunctionApp) -> None:
    app.blob_trigger(arg_name="msg", path="x", connection="Bus")(plain)


def _output(app: func.FunctionApp) -> None:
    def handler(msg: func.ServiceBusMessage, out: func.Out[str]) -> None: ...

    app.service_bus_queue_output(arg_name="out", connection="Bus", queue_name="q")(
        app.service_bus_queue_trigger(arg_name="msg", connection="Bus", queue_name="q")(handler)
    )


@pytest.mark.parametrize(
    ("build", "part"),
    [
        (_bad_name, "its name is refused"),
        (_host, "its name is refused"),
        (_same_name, "unique function name"),
        (_same_name_but_for_case, "differ in case only"),
        (_same_route, "is taken by first already"),
        (_retry, "retry policies"),
        (_other_trigger, "blobTrigger is not served"),
        (_output, "'out' of type serviceBus is not served"),
    ],
)
def test_apps_that_the_host_refuses(build: Build, part: str) -> None:
    app = func.FunctionApp()
    build(app)
    with pytest.raises(IndexingError, match=part):
        indexed(app)


def test_every_problem_is_told_at_once() -> None:
    app = func.FunctionApp()
    _queue(app, unbound)
    _queue(app, plain, queue_name="%Missing%")
    with pytest.raises(IndexingError) as caught:
        indexed(app)
    assert len(caught.value.problems) == 2


def test_service_bus_needs_the_extension_bundle() -> None:
    app = func.FunctionApp()
    _queue(app)
    with pytest.raises(IndexingError, match="extensionBundle"):
        indexed(app, SETTINGS, HostJson(version="2.0"))
