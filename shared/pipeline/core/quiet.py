"""When nothing happens for long, so that somebody has to be warned of what time itself does meanwhile."""

from __future__ import annotations

from datetime import datetime

from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from shared.pipeline.core.session import Session

QUIET = frozenset({Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL, Status.SCHEDULED})
"""States in which nothing is written, however long they last. A wait counts when it is a long one."""


USES_ITS_WINDOWS = frozenset({ReasonCode.GRACE_PERIOD})
"""Waits that end in time for every window."""
HELD = frozenset({ReasonCode.MODE_PLAN, ReasonCode.BRAKE_HELD})
"""What holds it from hour to hour, for as long as a person wants."""


def is_quiet(session: Session, status: Status, at: datetime | None, reason: Reason | None = None) -> bool:
    """In this status, until `at`, nothing is written for long: also where mode plan or the kill switch holds it from
    hour to hour. A dry run warns of nothing, nor does what was called off."""
    services, head = session.services, session.offboarding
    if head.withdrawal is not None or (reason is not None and reason.code in USES_ITS_WINDOWS):
        return False
    waits = status in (Status.WAITING, Status.PLANNING) and at is not None
    long_wait = waits and at is not None and at - services.clock.now() > services.pace.recheck
    held = reason is not None and reason.code in HELD
    return not head.request.dry_run and (status in QUIET or long_wait or held)
