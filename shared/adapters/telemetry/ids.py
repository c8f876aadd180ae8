"""Ids of spans: by chance, but for the root of an offboarding's trace, whose id follows from the offboarding.

So whoever continues the trace knows its parent without having read anything, after a crash and months later too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

from shared.domain.offboarding.identifiers import root_span_id, trace_id

_wanted: ContextVar[SpanContext | None] = ContextVar("wanted_ids", default=None)


def root_of(offboarding: str) -> SpanContext:
    """The root of the trace, as somebody else's span."""
    trace, span = int(trace_id(offboarding), 16), int(root_span_id(offboarding), 16)
    return SpanContext(trace, span, is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def as_span(context: SpanContext) -> NonRecordingSpan:
    """A span that is not ours to end."""
    return NonRecordingSpan(context)


@contextmanager
def with_ids_of(context: SpanContext) -> Iterator[None]:
    """The span that is started in the block gets these ids."""
    mark = _wanted.set(context)
    try:
        yield
    finally:
        _wanted.reset(mark)


class OffboardingIds(RandomIdGenerator):
    """The SDK's generator, with the ids that are wanted."""

    def generate_trace_id(self) -> int:
        wanted = _wanted.get()
        return wanted.trace_id if wanted is not None else super().generate_trace_id()

    def generate_span_id(self) -> int:
        wanted = _wanted.get()
        return wanted.span_id if wanted is not None else super().generate_span_id()
