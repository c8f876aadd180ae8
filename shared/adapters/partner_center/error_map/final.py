"""The object cannot be changed like this: by nobody now, by a person only, or because the call itself is wrong."""

from __future__ import annotations

from shared.adapters.http.error_map import ErrorRow
from shared.domain.errors import Verdict
from shared.domain.lessons import Lesson

IN_PORTAL = "End it in Partner Center, then resume."
SUPPORT = "Open a support request with Microsoft to end it, then resume."
TO_TERM = "It runs to the end of its term, and is paid for until then; ask Microsoft if it has to end earlier."
REPORT = "Report this to the maintainers with the MS-CorrelationId of the log; end it in Partner Center, then resume."


def _not_now(
    status: int | None, code: str, sentence: str, advice: str = IN_PORTAL, teaches: Lesson | None = None
) -> ErrorRow:
    return ErrorRow(status, code, Verdict.CANNOT_NOW, sentence, advice, teaches=teaches)


def _person(status: int | None, code: str, sentence: str, advice: str, teaches: Lesson | None = None) -> ErrorRow:
    return ErrorRow(status, code, Verdict.OPERATOR, sentence, advice, teaches=teaches)


def _bug(status: int | None, code: str, sentence: str, teaches: Lesson | None = None) -> ErrorRow:
    return ErrorRow(status, code, Verdict.BUG, sentence, REPORT, teaches=teaches)


FINAL = (
    _not_now(400, "900117", "its cancellation window, counted in days, has passed", TO_TERM, Lesson.WINDOW_CLOSED),
    _not_now(400, "900213", "its cancellation window, counted in hours, has passed", TO_TERM, Lesson.WINDOW_CLOSED),
    _not_now(403, "900321", "a savings plan cannot be changed in Partner Center, and ends at its date", TO_TERM),
    _not_now(400, "2006", "updates are not allowed for its offer"),
    _not_now(400, "800096", "its status cannot be changed by a call", teaches=Lesson.ADD_ONS_FIRST),
    _not_now(400, "800093", "its renewal cannot be changed, because it is not eligible for renewal"),
    _not_now(404, "400013", "its product is not in the catalogue"),
    _not_now(400, "800061", "its order cannot be cancelled"),
    _not_now(400, "800063", "its order cannot be cancelled; only its subscription can be suspended"),
    _not_now(None, "900127", "the call is not supported in this environment"),
    _not_now(None, "900141", "the call is not supported"),
    _not_now(None, "900335", "it may not be switched on again", SUPPORT),
    _not_now(None, "900337", "it may not be switched on again", SUPPORT),
    _person(
        400,
        "800081",
        "a marketplace subscription that was never activated cannot be updated",
        "Have the customer activate it with the publisher, or end it in Partner Center, then resume.",
        Lesson.NOT_ACTIVATED,
    ),
    _person(400, "900311", "it was updated more often than Microsoft allows in the life of a subscription", SUPPORT),
    _person(
        403,
        "800019",
        "the order holds something else than software, and only software is cancelled through its order",
        "Return a reservation in Azure, cancel software in Partner Center, then resume.",
    ),
    _person(
        403,
        "800077",
        "the order holds seat-based software as a service, which is not cancelled through its order",
        "Cancel the software of this order in Partner Center, then resume.",
    ),
    _bug(400, "3000", "a property of the call is not valid"),
    _bug(400, "800002", "the call is not valid", Lesson.CALL_NOT_VALID),
    _bug(400, "2000", "the call is not valid"),
    _bug(400, "2001", "the call lacks a required value"),
    _bug(403, "900263", "the call is not supported for legacy subscriptions"),
    _bug(400, "900307", "the reason for the cancellation is not accepted"),
)
