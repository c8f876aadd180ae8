"""Reasons of planning, and of moves between the stages."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Group, administrator, nobody, operations, sender

REJECTED_UNTOUCHED = (
    "Agree with that person. The offboarding has ended; where it is still wanted, send a new request (with a new "
    "request id)."
)
REJECTED_AT_WORK = (
    "Agree with that person. What was done stands, and nothing more is done: resume it to ask for an approval again, "
    "or withdraw it."
)
"""What to do after a rejection, in the case that it is; the reference has both."""

PLANNING = Group(
    "Planning",
    "The plan is made; nothing was changed yet, but for what `renewals` asks for (`commitments_remain` may come later "
    "too).",
    {
        R.DRY_RUN: nobody("The dry run has ended; `plan` says what would be done."),
        R.COMMITMENTS_REMAIN: sender(
            "Something cannot be ended today, and the request says `stop_and_report`.",
            "To wait for its end, send a new request with `wait_for_term_end`, or, in `needs_attention`, have this one "
            "resumed.",
        ),
        R.NOT_BEFORE: nobody(
            "The offboarding starts at the request's `notBefore`. Until then it is looked at weekly; the text names "
            "what renews before."
        ),
        R.RENEWS_BEFORE_START: operations(
            "A term renews before the requested start, and is then paid for once more; the request does not say what "
            "to do, or its end with the term was refused.",
            "Agree with the sender; without an answer it renews. Resume to let everything renew that renews before the "
            "start. Or switch its renewal off in Partner Center and do not resume: the next look notices it.",
        ),
        R.MODE_PLAN: administrator(
            "The deployment is in mode `plan` and changes nothing.",
            "When the plans look right, set `OFFBOARDING_MODE` to `live`. An offboarding that was at work goes on by "
            "itself; one that was only planned asks for a word first (`went_live`).",
        ),
        R.RECORD_RESTORED: operations(
            "The record was put back from a snapshot. What was said and done after that snapshot is not in it: a "
            "withdrawal, a rejection or a new start may be missing. So nothing is done before a person says so.",
            "Ask the sender whether it still holds, and look at the customer in Partner Center. Then resume it, or "
            "withdraw it.",
        ),
        R.RECORD_UNSIGNED: operations(
            "The record was put back from a snapshot that nobody signed, because whoever put it back accepted that. "
            "Everybody who could write to the place of the snapshots can have written it: customer, plan and what was "
            "done may be invented. So nothing is done before a person says so, of each one by itself.",
            "Compare customer and request with what the sender has, and the holdings with Partner Center. Resume it "
            "only where all of it agrees, one at a time; otherwise withdraw it, which writes nothing to Microsoft, and "
            "have it requested anew.",
        ),
        R.RECORD_DIFFERS: operations(
            "The record was put back from a snapshot and does not agree with its evidence; the text says in what. "
            "Somebody may have changed it, so nothing of it is carried out, and no word but a withdrawal is taken.",
            "Compare it with the exported evidence and with what the sender has, and find out who could write there. "
            "Then withdraw it: that ends it and changes nothing at Microsoft. What is still wanted is requested anew, "
            "with a new request id.",
        ),
        R.WENT_LIVE: operations(
            "The offboarding was planned while the deployment was in mode `plan`, which is live now. It begins at a "
            "person's word, so that going live starts nothing that has piled up.",
            "Look at the plan; resume it to begin, singly or by list. Until then nothing is changed.",
        ),
        R.APPROVAL_NEEDED: operations(
            "A second person has to approve the plan, or what goes beyond the plan that was approved; the text names "
            "it. Nothing of it is done before.",
            "Look at the plan, then approve it or reject it with a reason. The requester cannot.",
        ),
        R.APPROVAL_REJECTED: operations(
            "A second person rejected the plan; the text says who, and why.",
            "Agree with that person. Before anything was changed the offboarding has ended: send a new request (with a "
            "new request id). Later it waits: resume it to ask for an approval again.",
        ),
        R.NOT_APPROVABLE: sender(
            "Nothing waits for this approval (HTTP only): the plan is another by now, or none is asked for. "
            "Nothing was changed.",
            "Look at the offboarding again: while it is `awaiting_approval`, decide about the plan that it shows now; "
            "otherwise there is nothing to decide.",
        ),
        R.BRAKE_HELD: operations(
            "The kill switch is held: nothing is written to any customer. The text says who holds it and why.",
            "Release it when writes may go on; every offboarding that waits for it then goes on by itself.",
        ),
        R.GRACE_PERIOD: nobody(
            "The grace period runs: what can be put back is done, and nothing irreversible before its end "
            "(`nextAttemptAt`), so that the offboarding can still be withdrawn. A cancellation window that closes "
            "before is used shortly before it closes."
        ),
        R.CEILING_REACHED: nobody(
            "This hour has used the removals or the irreversible writes that the settings allow; it goes on in the "
            "next hour."
        ),
    },
)

BETWEEN_STAGES = Group(
    "Between the stages",
    "Why an offboarding went on to another stage, or went back.",
    {
        R.WORK_LEFT: nobody("The fresh inventory shows something that can be ended now."),
        R.CLEAR: nobody("Nothing is active any more; the relationship can be removed."),
        R.NOT_CLEAR: nobody("Something is active again; the removal was not tried."),
        R.CUSTOMER_UNREADABLE: nobody("Partner Center does not show the customer as this partner's; verify checks it."),
        R.NO_PROGRESS: operations(
            "The offboarding went back many times without getting further: something is switched on again and again.",
            "Find in the timeline what it is, stop that, then resume.",
        ),
        R.NO_PLAN: operations(
            "The offboarding reached the removal without a plan. This is a defect; nothing was removed.",
            "Keep the timeline, report it, then resume.",
        ),
    },
)
