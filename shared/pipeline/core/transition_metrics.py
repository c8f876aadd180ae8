"""What a stored transition adds to the metrics. A process that dies before has not counted it; no decision needs it."""

from __future__ import annotations

from shared.domain.offboarding.record import Offboarding
from shared.ports.telemetry import Metric, Property, telemetry


def measure_transition(before: Offboarding, after: Offboarding) -> None:
    """The time in a stage that was left, and an outcome."""
    current = telemetry()
    if not current.on:
        return
    if before.stage is not None and after.stage is not before.stage:
        passed = after.updated_at - (before.stage_since or before.created_at)
        current.measure(Metric.STAGE_DURATION, passed.total_seconds(), {Property.STAGE: before.stage.value})
    if after.finished and not before.finished:
        current.measure(Metric.ENDED, 1, {Property.STATUS: after.status.value})
