"""The Telemetry port over OpenTelemetry's SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.metrics import Meter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode, get_current_span, use_span

from shared.adapters.telemetry.context import inherited, inheriting, links_to, of_host, parent_in
from shared.adapters.telemetry.ids import root_of, with_ids_of
from shared.adapters.telemetry.redaction import redacted
from shared.ports.telemetry import NONE, Metric, MetricKind, Properties, Property, Value
from shared.ports.telemetry import SpanKind as Kind
from shared.version import VERSION

SCOPE = "offboarding"
HTTP_METHOD, HTTP_STATUS = "http.request.method", "http.response.status_code"
ADDRESS, TARGET = "url.full", "peer.service"
"""The names by which exporters know an HTTP call; they are columns there, no properties."""


class _Told:
    """A span of the port. `call`: its status is that of an HTTP answer."""

    __slots__ = ("_call", "_span")

    def __init__(self, span: Span, *, call: bool) -> None:
        self._span, self._call = span, call

    def say(self, properties: Properties) -> None:
        self._span.set_attributes(attributes(properties))
        status = properties.get(Property.STATUS)
        if self._call and isinstance(status, int):
            self._span.set_attribute(HTTP_STATUS, status)

    def fail(self) -> None:
        self._span.set_status(Status(StatusCode.ERROR))


def attributes(properties: Properties) -> dict[str, Value]:
    """As they are exported: texts through the filter, nothing that is empty."""
    shown = {name.value: redacted(value) if isinstance(value, str) else value for name, value in properties.items()}
    return {name: value for name, value in shown.items() if value != ""}


class OpenTelemetry:
    """A Telemetry. `stands_for_host`: nobody else tells of invocations, so this does, as the host would in Azure."""

    on = True

    def __init__(self, traces: TracerProvider, metrics: MeterProvider, *, stands_for_host: bool) -> None:
        self._tracer = traces.get_tracer(SCOPE, VERSION)
        self._measures = {metric: _measure(metrics.get_meter(SCOPE, VERSION), metric) for metric in Metric}
        self._stands_for_host = stands_for_host

    @contextmanager
    def invocation(self, function: str, traceparent: str) -> Iterator[None]:
        """See Telemetry. The worker attaches the context of its host only where it can, so it is attached here."""
        mark = contexts.attach(of_host(traceparent))
        try:
            if not self._stands_for_host:
                yield
                return
            with self._tracer.start_as_current_span(function, kind=SpanKind.SERVER, record_exception=False):
                yield
        finally:
            contexts.detach(mark)

    @contextmanager
    def span(
        self, name: str, properties: Properties = NONE, kind: Kind = Kind.WORK, about: str = ""
    ) -> Iterator[_Told]:
        """See Telemetry. An exception is told by its type alone: a library may have put anything into its text."""
        known: dict[Property, Value] = {**inherited(), **properties}
        if about:
            known[Property.OFFBOARDING_ID] = about
        call = kind is Kind.CALL
        with self._started(name, kind, about, known) as span, inheriting(known):
            told = _Told(span, call=call)
            try:
                yield told
            except BaseException as error:
                told.say({Property.EXCEPTION_TYPE: type(error).__name__})
                told.fail()
                raise

    def measure(self, metric: Metric, value: float, properties: Properties = NONE) -> None:
        """See Telemetry."""
        self._measures[metric](value, {name.value: _dimension(item) for name, item in properties.items()})

    @contextmanager
    def _started(self, name: str, kind: Kind, about: str, known: Mapping[Property, Value]) -> Iterator[Span]:
        parent: Context | None = None
        links: list[Link] = []
        given: dict[str, Value] = attributes(known)
        if kind is Kind.CALL:
            # The route, not the address: exporters make the name of the call from it.
            given |= {HTTP_METHOD: str(known[Property.METHOD]), ADDRESS: str(known[Property.ROUTE])}
            given |= {TARGET: str(known[Property.SERVICE])}
        if kind is Kind.ROOT:
            parent, links = Context(), links_to(get_current_span().get_span_context())
            with with_ids_of(root_of(about)):
                span = self._tracer.start_span(name, parent, SpanKind.INTERNAL, given, links)
        else:
            if about:
                parent, links = parent_in(about)
            own = SpanKind.CLIENT if kind is Kind.CALL else SpanKind.INTERNAL
            span = self._tracer.start_span(name, parent, own, given, links)
        with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            yield span


def _dimension(value: Value) -> str:
    return redacted(value) if isinstance(value, str) else str(value)


def _measure(meter: Meter, metric: Metric) -> Callable[[float, dict[str, str]], None]:
    form = metric.value
    if form.kind is MetricKind.COUNT:
        return meter.create_counter(form.name, form.unit).add
    if form.kind is MetricKind.HISTOGRAM:
        return meter.create_histogram(form.name, form.unit).record
    return meter.create_gauge(form.name, form.unit).set
