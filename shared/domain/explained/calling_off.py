"""Reasons of an offboarding that is called off, or changed before it begins."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Group, nobody, operations, sender

CALLING_OFF = Group(
    "Calling off",
    "A withdrawal stops the offboarding and puts back what can be put back; a reschedule changes it before it begins.",
    {
        R.NOT_WITHDRAWABLE: sender(
            "The offboarding cannot be called off: its removal was begun, or it has ended. Nothing was changed.",
            "Invite the customer again with the link for starting again (`reestablishUrl`); what was cancelled has to "
            "be bought again.",
        ),
        R.NOT_RESCHEDULABLE: sender(
            "Start and restrictions can be changed only before anything was written. Nothing was changed.",
            "Withdraw the offboarding, then send a new request (with a new request id).",
        ),
        R.RESTORING: nobody(
            "The offboarding was withdrawn. What it changed is being put back; the text says what is waited for."
        ),
        R.NOT_RESTORED: operations(
            "The offboarding was withdrawn, and something cannot be put back for now: Microsoft refuses it, or shows "
            "no effect. It is tried again daily.",
            "Do what the text says, or put it back by hand in Partner Center: the next look notices. Resume to have it "
            "tried once more; what is refused then as well is listed as not restored, and the offboarding ends.",
        ),
        R.WITHDRAWN: sender(
            "The offboarding was withdrawn; what it had changed was put back, except what `notRestored` lists.",
            "Buy again what `notRestored` lists, if the customer needs it.",
        ),
    },
)
