"""The port of telemetry: spans, counts and gauges. Off unless a process switches it on, and then nothing happens.

One for the process, like logging: what tells of a call stands too deep to be handed one. Only the names below can be
exported (docs/telemetry.md), so that nothing personal or secret gets in by a new attribute.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, Protocol


class Property(StrEnum):
    """Everything that a span, a metric or a log record may say of itself."""

    OFFBOARDING_ID = "offboardingId"
    STAGE = "stage"
    ATTEMPT = "attempt"
    OUTCOME = "outcome"
    WHY = "why"
    STATUS = "status"
    NEXT_STAGE = "nextStage"
    REASON = "reason"
    FAULTS = "faults"
    NEXT_ATTEMPT_AT = "nextAttemptAt"
    BUSINESS_TIME = "businessTime"
    TAKEN_OVER = "takenOver"
    REPEATED = "repeated"
    SERVICE = "service"
    METHOD = "method"
    ROUTE = "route"
    CODE = "code"
    RESEND = "resend"
    MS_REQUEST_ID = "msRequestId"
    CORRELATION_ID = "correlationId"
    TOUCHED = "touched"
    CAUSE = "cause"
    HOLDING = "holding"
    EVENT = "event"
    LOGGER = "logger"
    EXCEPTION_TYPE = "exceptionType"
    FRAMES = "frames"


Value = str | int | bool
Properties = Mapping[Property, Value]
NONE: Final[Properties] = {}


class MetricKind(Enum):
    """COUNT: added up. HISTOGRAM: sum, number and bounds. GAUGE: one measurement, worth what the newest one says."""

    COUNT = "count"
    HISTOGRAM = "histogram"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class MetricForm:
    """What a metric is: its name, kind, and unit as UCUM writes it."""

    name: str
    kind: MetricKind
    unit: str


class Metric(Enum):
    """Every metric (docs/telemetry.md says what each means, and its dimensions)."""

    CALLS = MetricForm("offboarding.calls", MetricKind.COUNT, "{call}")
    CALL_DURATION = MetricForm("offboarding.call.duration", MetricKind.HISTOGRAM, "ms")
    WAKE_UPS = MetricForm("offboarding.wakeups", MetricKind.COUNT, "{wake_up}")
    STAGE_DURATION = MetricForm("offboarding.stage.duration", MetricKind.HISTOGRAM, "s")
    ENDED = MetricForm("offboarding.ended", MetricKind.COUNT, "{offboarding}")
    LIVE = MetricForm("offboarding.live", MetricKind.GAUGE, "{offboarding}")
    STAGE_AGE = MetricForm("offboarding.stage.age.oldest", MetricKind.GAUGE, "s")
    BLOCKERS = MetricForm("offboarding.blockers", MetricKind.GAUGE, "{holding}")
    PAID_SEAT_DAYS = MetricForm("offboarding.paid.seat_days", MetricKind.GAUGE, "{seat}.d")
    APPROVALS = MetricForm("offboarding.approvals.waiting", MetricKind.GAUGE, "{offboarding}")
    ATTENTION = MetricForm("offboarding.attention.waiting", MetricKind.GAUGE, "{offboarding}")
    DUE_AGE = MetricForm("offboarding.due.oldest_age", MetricKind.GAUGE, "s")


class SpanKind(Enum):
    """WORK: of this process. CALL: to a service. ROOT: the one of an offboarding, with an id that follows from it."""

    WORK = "work"
    CALL = "call"
    ROOT = "root"


class Span(Protocol):
    """A piece of work that is being done."""

    def say(self, properties: Properties, /) -> None:
        """Add to what is known of it."""

    def fail(self) -> None:
        """It did not succeed."""


class Telemetry(Protocol):
    """Where it all goes. Nothing here raises, and nothing waits for a network."""

    @property
    def on(self) -> bool:
        """Whether anything is exported: who would have to read for it need not, otherwise."""

    def invocation(self, function: str, traceparent: str, /) -> AbstractContextManager[None]:
        """The work of one function under the trace context of the host (W3C, "" for none)."""

    def span(
        self, name: str, properties: Properties = NONE, kind: SpanKind = SpanKind.WORK, about: str = ""
    ) -> AbstractContextManager[Span]:
        """A span below the current one. `about`: the id of the offboarding whose trace it belongs to; what it says is
        inherited by calls and log lines in the block."""

    def measure(self, metric: Metric, value: float, properties: Properties = NONE, /) -> None:
        """Add to a count, to a histogram, or set a gauge, in the unit of the metric."""


class _Nothing:
    """A span that nobody sees."""

    __slots__ = ()

    def say(self, _: Properties) -> None:
        """Nothing."""

    def fail(self) -> None:
        """Nothing."""


_NO_SPAN = nullcontext[Span](_Nothing())
_NO_INVOCATION = nullcontext[None]()


class Off:
    """Telemetry that is switched off."""

    on = False

    def invocation(self, *_: object) -> AbstractContextManager[None]:
        """Nothing."""
        return _NO_INVOCATION

    def span(self, *_: object, **__: object) -> AbstractContextManager[Span]:
        """Nothing."""
        return _NO_SPAN

    def measure(self, *_: object) -> None:
        """Nothing."""


OFF: Final[Telemetry] = Off()
_current: Telemetry = OFF


def telemetry() -> Telemetry:
    """The one of this process."""
    return _current


def use_telemetry(wanted: Telemetry) -> Telemetry:
    """Switch it on (or off, with OFF) for the whole process; returns the one before."""
    global _current
    before, _current = _current, wanted
    return before
