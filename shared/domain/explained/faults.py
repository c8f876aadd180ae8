"""Reasons of attempts that failed."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Group, administrator, nobody, operations

REPORT = "Find the exception in the log and report it."
NOT_SENT = "End the holding in Partner Center, then resume. Report the offboarding: this may be a defect."

FAULTS = Group(
    "Faults",
    "An attempt failed. Where nobody acts, it is repeated, less and less often. After 20 failures in a row the reason "
    "is `too_many_faults`; a pause that Microsoft asks for does not count.",
    {
        R.THROTTLED: nobody("Microsoft asked for a pause; no call is made before it is over."),
        R.UNAVAILABLE: nobody("A service or the store could not be reached, or answered with a fault of its own."),
        R.NO_ANSWER: nobody("A call was sent and not answered; everything is read before it is repeated."),
        R.NO_RELATIONSHIP: operations(
            "Microsoft refused a call because it knows no relationship with the customer.",
            "Look at the customer in Partner Center, then resume.",
        ),
        R.BUSY: nobody("Microsoft refused a call for now, usually because another operation is pending."),
        R.SIGN_IN_REQUIRED: administrator(
            "The sign-in is not accepted: token, role, consent or multifactor authentication.",
            "`python3 dev.py doctor` says what exactly; usually run `python3 dev.py consent` as an Admin agent, then "
            "resume.",
        ),
        R.UNREADABLE_ANSWER: nobody("An answer was not understood; nothing is concluded from it."),
        R.REMOTE_ERROR: operations(
            "A service did not do what was asked.", "Look at the timeline and the log, then resume."
        ),
        R.TOO_MANY_FAULTS: operations(
            "Too many attempts in a row failed; the text has the last failure.", "Remove its cause, then resume."
        ),
        R.INTERNAL_ERROR: operations("A defect; a stage that meets it is tried again.", REPORT),
        R.CONCURRENCY_CONFLICT: nobody("The offboarding was changed at the same moment; nothing was done."),
        R.CLAIM_ENDING: nobody("Too little time was left for another call; a new message goes on at once."),
        R.SETTINGS_INVALID: administrator(
            "Settings are missing or wrong; all of them are named.", "Correct them and restart the app."
        ),
        R.NEWER_RECORD: administrator(
            "A later version of the pipeline stored it in a way that this version cannot read. Nothing is done with "
            "it, and nothing of it is changed.",
            "Deploy that version again; nothing is lost meanwhile.",
        ),
        R.ILLEGAL_MOVE: operations("A defect: an offboarding would have entered a state that cannot follow.", REPORT),
        R.INVALID_IMAGE: operations(
            "A change was not sent: what Partner Center showed of the subscription cannot be sent back.", NOT_SENT
        ),
        R.INVALID_QUANTITY: operations("A return was not sent: the reservation has no quantity.", NOT_SENT),
        R.INVALID_ID: operations("A call was not sent: an id would not be safe in an address.", NOT_SENT),
    },
)
