"""Refused for now: the same call may work after a wait. Bounded by the tries that an action has."""

from __future__ import annotations

from datetime import timedelta

from shared.adapters.http.error_map import ErrorRow
from shared.adapters.http.failures import BUSY_WAIT
from shared.domain.errors import Verdict
from shared.domain.lessons import Lesson

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


def _later(status: int, code: str, sentence: str, wait: timedelta | None = BUSY_WAIT) -> ErrorRow:
    return ErrorRow(status, code, Verdict.RETRY_LATER, sentence, wait=wait)


PASSING = (
    _later(409, "900278", "another operation on it is pending, which may take a day", DAY),
    _later(409, "900101", "a transfer of it to another partner is in progress", HOUR),
    ErrorRow(
        409,
        "800082",
        Verdict.RETRY_LATER,
        "it is not ready to be updated yet",
        wait=BUSY_WAIT,
        teaches=Lesson.NOT_ACTIVATED,
    ),
    _later(409, "800014", "an adjustment of it is pending"),
    _later(409, "800060", "its order is being processed"),
    _later(409, "27009", "an add-on cannot be switched on while its base subscription is not active"),
    ErrorRow(
        403,
        "900115",
        Verdict.RETRY_LATER,
        "an Azure subscription below the plan is still active",
        wait=HOUR,
        teaches=Lesson.CHILDREN_ACTIVE,
    ),
    _later(400, "900277", "it is in the process of expiring, and is left alone until that is over", HOUR),
    _later(400, "900280", "Microsoft currently allows no updates of it", HOUR),
    # Orders take up to a quarter of an hour to show (cancel software).
    _later(404, "20000", "the order cannot be found; a new one takes up to 15 minutes to show", QUARTER),
    # Outages: the pipeline's own backoff decides, unless a Retry-After asks for more.
    _later(500, "800003", "an unexpected error on Microsoft's side", None),
    _later(500, "800094", "the update failed on Microsoft's side", None),
    _later(500, "900192", "Microsoft asks to try it again", None),
    _later(501, "0", "Microsoft names no cause", None),
)
