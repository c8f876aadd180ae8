"""What each status means, and each stage."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.explained.explanation import Explanation, WhoActs, administrator, nobody, operations, sender
from shared.domain.offboarding.states import Stage, Status

STATUSES: Mapping[Status, Explanation] = MappingProxyType(
    {
        Status.RECEIVED: nobody("The request is stored; planning begins at once."),
        Status.PLANNING: nobody("The customer is identified, everything is read and planned; nothing is changed."),
        Status.AWAITING_APPROVAL: operations(
            "A second person has to approve what will be done. It is planned anew each day meanwhile.",
            "Approve the plan, or reject it with a reason.",
        ),
        Status.SCHEDULED: administrator(
            "Planned; waits for `notBefore`, or until the deployment is in mode `live`.",
            "Nothing, unless the reason is `mode_plan`: set `OFFBOARDING_MODE` to `live`.",
        ),
        Status.RUNNING: nobody("A stage is at work."),
        Status.WAITING: nobody(
            "Waits for a date; `reason` says for what, `nextAttemptAt` when it is looked at again, `payment` and "
            "`paidUntil` what is paid until when."
        ),
        Status.RESTORING: nobody("Withdrawn; what was changed is being put back."),
        Status.NEEDS_ATTENTION: operations(
            "Only a person can go on. An event repeats daily, after another look: what has passed lets it go on.",
            "Do what `reason.operatorAction` says, then resume.",
        ),
        Status.REMOVED: Explanation(
            "Ended: the relationship is removed and proven.",
            WhoActs.CUSTOMER,
            "Delete what `survivors` lists: only the customer can.",
        ),
        Status.ALREADY_REMOVED: nobody(
            "Ended: the relationship is gone, and no removal of this offboarding was accepted."
        ),
        Status.PLANNED: nobody("Ended: a dry run; nothing was changed."),
        Status.STOPPED: sender(
            "Ended: something cannot be ended today, and the request says `stop_and_report`; the reason says what was "
            "changed, if anything. Or the relationship came back after its removal (`came_back`).",
            "To wait for its end, send a new request with `wait_for_term_end`. After `came_back`, do what "
            "`reason.operatorAction` says.",
        ),
        Status.REJECTED: sender(
            "Ended: the request cannot work; nothing was changed unless the reason says so.",
            "Do what `reason.operatorAction` says.",
        ),
        Status.JOINED: sender(
            "Ended: the customer is already being offboarded with the same options.",
            "Follow the offboarding that `joinedTo` names.",
        ),
        Status.WITHDRAWN: sender(
            "Ended: the request was withdrawn; what it had changed was put back, except what `notRestored` lists.",
            "Buy again what `notRestored` lists, if the customer needs it.",
        ),
    }
)

STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.PLAN: "Identifies the customer, reads everything and plans.",
        Stage.SUSPEND: "Suspends what is safe once suspended.",
        Stage.CANCEL: "Cancels, returns, or sets to end with the term.",
        Stage.VERIFY: "Reads everything again and decides.",
        Stage.REMOVE: "Removes the relationship, if nothing is active any more.",
        Stage.CONFIRM: "Proves the removal and ends delegated admin relationships (GDAP).",
        Stage.RESTORE: "After a withdrawal: puts back what was changed.",
    }
)
