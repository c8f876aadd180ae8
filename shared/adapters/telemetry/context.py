"""Which trace a span belongs to, and what it inherits from the offboarding that is worked on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.context import Context
from opentelemetry.trace import Link, SpanContext, get_current_span, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.adapters.telemetry.ids import as_span, root_of
from shared.ports.telemetry import NONE, Properties, Property

INHERITED = (Property.OFFBOARDING_ID, Property.STAGE)
_W3C = TraceContextTextMapPropagator()
_inherited: ContextVar[Properties] = ContextVar("inherited_properties", default=NONE)


def inherited() -> Properties:
    """What calls and log lines say of the offboarding that is worked on."""
    return _inherited.get()


@contextmanager
def inheriting(properties: Properties) -> Iterator[None]:
    """Have calls and log lines in the block, and in threads that copy this context, say the same."""
    more = {name: properties[name] for name in INHERITED if name in properties}
    mark = _inherited.set({**_inherited.get(), **more})
    try:
        yield
    finally:
        _inherited.reset(mark)


def of_host(traceparent: str) -> Context:
    """The context of a W3C text; an empty one where it is none."""
    return _W3C.extract({"traceparent": traceparent} if traceparent else {}, Context())


def parent_in(offboarding: str) -> tuple[Context, list[Link]]:
    """Where a span about an offboarding hangs: below the current one if that is of its trace already, else below the
    root, with a link to what it was caused by."""
    root, current = root_of(offboarding), get_current_span().get_span_context()
    if current.trace_id == root.trace_id and current.is_valid:
        return set_span_in_context(as_span(current), Context()), []
    return set_span_in_context(as_span(root), Context()), links_to(current)


def links_to(context: SpanContext) -> list[Link]:
    """A link, where there is something to link to."""
    return [Link(context)] if context.is_valid else []
