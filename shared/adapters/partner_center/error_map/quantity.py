"""What a refusal of another quantity means: of any other change the same codes say that its body was stale."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.errors import RefusedError, Verdict
from shared.domain.lessons import Lesson

TO_TERM = "These seats run to the end of the term, and are paid for until then."
BY_HAND = (
    "Reduce the quantity in Partner Center, add-ons first; an offer may need more seats. Otherwise they run to the end "
    "of the term."
)


@dataclass(frozen=True, slots=True)
class _Row:
    sentence: str
    advice: str
    teaches: Lesson | None = None


ROWS = {
    "800095": _Row(
        "its quantity cannot be reduced like this (an add-on has more seats, or its offer needs more)", BY_HAND
    ),
    "900214": _Row(
        "the window in which its seats can be given back, counted in hours, has passed", TO_TERM, Lesson.WINDOW_CLOSED
    ),
    "900257": _Row(
        "the window in which its seats can be given back, counted in days, has passed", TO_TERM, Lesson.WINDOW_CLOSED
    ),
}


def about_quantity(error: RefusedError) -> RefusedError:
    """The same refusal in the words of a change of the quantity, and final; others stay as they are."""
    row = ROWS.get(error.remote_code)
    if row is None:
        return error
    return RefusedError(
        row.sentence,
        service=error.service,
        status=error.status,
        remote_code=error.remote_code,
        advice=row.advice,
        verdict=Verdict.CANNOT_NOW,
        lesson=row.teaches,
    )
