"""What waits for a person, and a kill switch that is held: told once an hour, so that alerts can tell for how long.

Nothing is kept for it: the oldest of the hourly lines is the age. What cannot be read now is told in the next hour.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from shared.domain.errors import UnavailableError
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.pipeline.core.services import Services
from shared.ports.listing import Filter, Order

log = logging.getLogger("offboarding")
WAITING = (Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL)
AT_MOST = 200
"""The oldest; who leaves more than that alone is told of these."""


def tell_what_waits(services: Services) -> None:
    """One line for each offboarding that waits for a person, and one while the kill switch is held."""
    try:
        brake = services.brakes.read().brake
        waiting = services.store.find(Filter(WAITING, limit=AT_MOST, order=Order.CREATED)).items
    except UnavailableError as error:
        log.warning("what waits for a person could not be read: %s", error)
        return
    now = services.clock.now()
    if brake.held:
        log.warning("kill_switch_held hours=%d", (now - (brake.at or now)) // timedelta(hours=1))
    for head in waiting:
        _tell(head)


def _tell(head: Offboarding) -> None:
    stage = head.stage.value if head.stage else "-"
    text = "%s %s waits_for_person status=%s reason=%s active=%d paid_until=%s closes_at=%s"
    reason = head.reason.code.value if head.reason else "-"
    closes = head.plan.first_window_closes_at if head.plan is not None and head.begun_at is None else None
    told = (head.status.value, reason, _active(head), _day(head.paid_until), _day(closes))
    log.info(text, head.id, stage, *told, extra={"offboardingId": head.id, "stage": stage})


def _active(head: Offboarding) -> int:
    """How many holdings are still there, as far as the last look knows: what is planned of them, or what blocks."""
    planned = sum(count for _, count in head.plan.actions) if head.plan is not None and head.begun_at is None else 0
    return max(planned, head.blocker_count)


def _day(moment: datetime | None) -> str:
    return moment.date().isoformat() if moment is not None else "-"
