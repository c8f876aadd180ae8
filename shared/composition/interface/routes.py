"""Every HTTP function, in one table. A test holds it against the functions that the app registers."""

from __future__ import annotations

from pydantic import BaseModel

from shared.composition.doctor.report import DoctorView
from shared.composition.interface.envelopes import REQUEST_BODY
from shared.composition.interface.queries import FILTER_QUERY, LIST_QUERY, MONTH_QUERY, PART_QUERY, REPORT_QUERY
from shared.composition.interface.route import JSON, Answer, Content, Route
from shared.contracts.batch import BatchAnswer, BatchV1, BatchView
from shared.contracts.brake import BrakeV1, BrakeView
from shared.contracts.calendar import CalendarView
from shared.contracts.decision import DecisionV1
from shared.contracts.given_reason import GivenReason, ResumeReason
from shared.contracts.list_views import PageView
from shared.contracts.override import OverrideV1
from shared.contracts.redrive import Redriven, RedriveV1
from shared.contracts.reschedule import RescheduleV1
from shared.contracts.resume import ResumedList, ResumeList
from shared.contracts.summary import SummaryView
from shared.contracts.views import OffboardingView
from shared.domain.codes import ReasonCode as Code
from shared.domain.people.rights import Operation
from shared.report.report import WORKBOOK

ONE = "offboardings/{id}"
TOLD = Answer("The offboarding as it was stored.", Content(SummaryView), 202, ("ETag",))
ANY_OBJECT = Content(schema={"type": "object"})


def _word(function: str, what: str, operation: Operation, model: type[BaseModel], summary: str, code: Code) -> Route:
    """What somebody says about one offboarding."""
    return Route(
        function,
        "POST",
        f"{ONE}/{what}",
        operation,
        summary,
        TOLD,
        body=Content(model),
        codes=frozenset({code}),
        conditional=True,
        repeatable=True,
    )


ROUTES: tuple[Route, ...] = (
    Route(
        "create_offboarding",
        "POST",
        "offboardings",
        Operation.CREATE,
        "Request an offboarding",
        Answer(
            "Stored: the offboarding of this request id, new or as it stands by now.",
            Content(SummaryView),
            202,
            ("ETag", "Location", "Operation-Location", "Retry-After"),
        ),
        "The same request with the same id is the same offboarding, by queue and over HTTP. Sent again, it is answered "
        "with whatever became of it.",
        REQUEST_BODY,
        codes=frozenset({Code.REQUEST_ID_REUSED, Code.LIVE_WITH_OTHER_OPTIONS}),
    ),
    Route(
        "list_offboardings",
        "GET",
        "offboardings",
        Operation.LIST,
        "List offboardings",
        Answer("One page.", Content(PageView), headers=("ETag",)),
        query=LIST_QUERY,
        cached=True,
    ),
    Route(
        "get_offboarding",
        "GET",
        ONE,
        Operation.SHOW,
        "Show one offboarding",
        Answer("Everything that is known about it.", Content(OffboardingView), headers=("ETag", "Retry-After")),
        cached=True,
    ),
    Route(
        "get_evidence",
        "GET",
        f"{ONE}/evidence",
        Operation.EVIDENCE,
        "Read the evidence",
        Answer(
            "One JSON object in each line.", Content(media=("application/jsonl",)), headers=("Content-Disposition",)
        ),
        query=PART_QUERY,
    ),
    Route(
        "get_report",
        "GET",
        f"{ONE}/report",
        Operation.REPORT,
        "Read the report",
        Answer(
            "A page to print; with `Accept: text/csv`, the holdings as a table.",
            Content(media=("text/html", "text/csv")),
            headers=("Content-Disposition",),
        ),
        query=REPORT_QUERY,
    ),
    Route(
        "get_month_report",
        "GET",
        "report",
        Operation.REPORT,
        "Read the report of a month",
        Answer(
            "What ended in it, as a page; with `Accept: text/csv`, or `format`, as a table.",
            Content(media=("text/html", "text/csv", WORKBOOK)),
            headers=("Content-Disposition",),
        ),
        query=MONTH_QUERY,
    ),
    Route(
        "list_moments",
        "GET",
        "calendar",
        Operation.LIST,
        "List what will happen",
        Answer(
            "Windows that close, terms that end, removals and approvals, soonest first; with `Accept: text/calendar`, "
            "a calendar.",
            Content(CalendarView, media=(JSON, "text/calendar")),
            headers=("ETag",),
        ),
        query=FILTER_QUERY,
        cached=True,
    ),
    Route(
        "get_calendar",
        "GET",
        "calendar.ics",
        Operation.LIST,
        "Subscribe to what will happen",
        Answer("A calendar.", Content(media=("text/calendar",))),
        query=FILTER_QUERY,
        keys=("calendarKey",),
    ),
    _word(
        "resume_offboarding",
        "resume",
        Operation.RESUME,
        ResumeReason,
        "Go on with an offboarding that needs attention",
        Code.NOT_RESUMABLE,
    ),
    Route(
        "resume_offboardings",
        "POST",
        "offboardings/resume",
        Operation.RESUME,
        "Go on with several of them",
        Answer("An answer for each, in the order of the list.", Content(ResumedList)),
        body=Content(ResumeList),
        repeatable=True,
    ),
    _word(
        "override_blocker",
        "overrides",
        Operation.OVERRIDE,
        OverrideV1,
        "Say that one blocker of one holding has ended",
        Code.NOT_OVERRIDABLE,
    ),
    _word(
        "approve_offboarding",
        "approve",
        Operation.APPROVE,
        DecisionV1,
        "Approve the plan that was seen",
        Code.NOT_APPROVABLE,
    ),
    _word(
        "reject_offboarding",
        "reject",
        Operation.REJECT,
        DecisionV1,
        "Reject the plan that was seen",
        Code.NOT_APPROVABLE,
    ),
    _word(
        "withdraw_offboarding",
        "withdraw",
        Operation.WITHDRAW,
        GivenReason,
        "Call an offboarding off",
        Code.NOT_WITHDRAWABLE,
    ),
    _word(
        "reschedule_offboarding",
        "reschedule",
        Operation.RESCHEDULE,
        RescheduleV1,
        "Give it another start, or other restrictions",
        Code.NOT_RESCHEDULABLE,
    ),
    Route(
        "create_batch",
        "POST",
        "batches",
        Operation.CREATE_BATCH,
        "Request several offboardings",
        Answer("An answer for each request, in their order.", Content(BatchAnswer), headers=("Location",)),
        body=Content(BatchV1),
        codes=frozenset({Code.BATCH_ID_REUSED}),
    ),
    Route(
        "get_batch",
        "GET",
        "batches/{id}",
        Operation.SHOW_BATCH,
        "Show a batch",
        Answer("Where each of its offboardings stands.", Content(BatchView), headers=("ETag",)),
        cached=True,
    ),
    Route(
        "get_brake",
        "GET",
        "brake",
        Operation.SHOW_BRAKE,
        "Show the kill switch",
        Answer("How it stands.", Content(BrakeView), headers=("ETag",)),
    ),
    Route(
        "move_brake",
        "PUT",
        "brake",
        Operation.HOLD_BRAKE,
        "Hold or release the kill switch",
        Answer("How it stands now.", Content(BrakeView), headers=("ETag",)),
        body=Content(BrakeV1),
        conditional=True,
        repeatable=True,
        or_operation=Operation.RELEASE_BRAKE,
    ),
    Route(
        "redrive_dead_letters",
        "POST",
        "dead-letters/redrive",
        Operation.REDRIVE,
        "Set going again what the queues have given up",
        Answer("What was done on each queue.", Content(Redriven)),
        body=Content(RedriveV1),
    ),
    Route(
        "doctor",
        "GET",
        "doctor",
        Operation.DOCTOR,
        "Run the checks of the doctor",
        Answer("What was found.", Content(DoctorView)),
        "Changes nothing. One look at a time: 503 while another is under way.",
    ),
    Route(
        "describe_http",
        "GET",
        "openapi.json",
        Operation.DESCRIBE,
        "Read this document",
        Answer("OpenAPI 3.1.", ANY_OBJECT),
    ),
    Route(
        "describe_messages",
        "GET",
        "asyncapi.json",
        Operation.DESCRIBE,
        "Read the description of queues and events",
        Answer("AsyncAPI 3.0.", ANY_OBJECT),
    ),
    Route(
        "check_function_key",
        "GET",
        "function-key",
        None,
        "For the app itself: whether a function key is valid",
        Answer("It is; the host refuses others with 401.", status=204),
    ),
    Route(
        "check_forged_identity",
        "GET",
        "forged-identity",
        None,
        "For the app itself: whether a forged identity gets through",
        Answer("It does not; 409 if it does.", status=204),
    ),
)
