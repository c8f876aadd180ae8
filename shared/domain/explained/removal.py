"""Reasons of the removal and its proofs."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Explanation, Group, WhoActs, nobody, operations

REMOVAL = Group(
    "The removal and its proofs",
    "The relationship is being removed, is removed, or was gone before.",
    {
        R.REMOVAL_REFUSED: operations(
            "Partner Center refused the removal; the text has its code. It is tried three times, unless only a person "
            "can help.",
            "Nothing while it waits. Then do what `operatorAction` says and resume. A message about reservations may "
            "mean an Azure plan.",
        ),
        R.GONE_AFTER_INTENT: nobody(
            "The customer cannot be read since the removal call; it is checked whether it worked."
        ),
        R.GONE_WITHOUT_US: nobody(
            "Partner Center shows no relationship with the customer, and no removal of this offboarding was accepted; "
            "the proofs are checked, and a second look at least ten minutes later has to agree."
        ),
        R.GONE_BEFORE_US: nobody(
            "The relationship is gone, and no removal of this offboarding was accepted; the proofs hold."
        ),
        R.NOT_GONE: nobody("The customer seemed to be gone and can be read after all; it is looked at again."),
        R.NO_EFFECT: nobody("The removal had no effect in time: the customer is still listed; verify looks again."),
        R.GDAP_OUT_OF_REACH: operations(
            "The sign-in may not read, or may not end, delegated admin relationships (GDAP), so they would outlive the "
            "removal; the relationship is not removed before that is settled.",
            "Give the permissions that `operatorAction` names, then resume; or set `OFFBOARDING_TERMINATE_GDAP` to "
            "`false` to leave them.",
        ),
        R.CAME_BACK: operations(
            "The removal is in the activity log, and the customer is listed again after 48 hours: the offboarding ends "
            "as `stopped`.",
            "Ask whether the customer accepted a new relationship. A new request with a new request id offboards it "
            "again.",
        ),
        R.CONFIRMING: nobody(
            "The removal was sent; the text says what is known of it, and which proofs do not hold yet."
        ),
        R.PROOF_OVERDUE: operations(
            "A proof that the relationship is gone does not hold after 48 hours; the text says what is known.",
            "Check the named proofs in Partner Center and Entra, then resume.",
        ),
        R.RELATIONSHIP_UNCLEAR: operations(
            "Microsoft's answers contradict each other about whether the relationship exists.",
            "Nothing while it is asked again. Then look at the customer in Partner Center and resume.",
        ),
        R.REMOVED: Explanation(
            "The relationship is removed, and every proof holds.",
            WhoActs.CUSTOMER,
            "Delete what `survivors` lists: only the customer can.",
        ),
    },
)
