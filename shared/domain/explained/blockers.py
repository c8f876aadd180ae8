"""Causes of blockers, which are reasons as well: why a holding keeps the relationship from being removed."""

from __future__ import annotations

from shared.domain.codes import ReasonCode as R
from shared.domain.explained.explanation import Group, nobody, operations

OVERRIDE = "Where `whatToDo` names `offboard override`, a person may say that the holding has ended."

BLOCKERS = Group(
    "Causes of blockers",
    "A blocker is a reason why the relationship cannot be removed yet. `blockers[].cause` of events and of the HTTP "
    "interface has one of these codes, and so has the reason of an offboarding that waits or needs a person because "
    "of it. Where somebody acts, `whatToDo` says what about this holding.",
    {
        R.ACTION_DUE: nobody("The holding is active and can be ended now; the next stage does it."),
        R.SETTLING: operations(
            "An action was accepted and shows no effect yet.",
            "Nothing for a day. Then check the holding in Partner Center and resume; the action is tried once more.",
        ),
        R.IN_TERM: operations(
            "The holding can no longer be cancelled, or not today. It ends with its term and is paid for until then.",
            "Nothing, unless a dry run says in `whatToDo` that it renews before the start and nobody agreed to that.",
        ),
        R.RENEWING: nobody("The term has ended; Microsoft may need 24 hours to process it."),
        R.WAITS_FOR_CHILDREN: nobody(
            "The Azure plan has active Azure subscriptions; it is suspended when they are inactive."
        ),
        R.WAITS_FOR_ADD_ON: nobody("The subscription has an add-on that is being cancelled and must end first."),
        R.PENDING_AT_MICROSOFT: operations(
            "Microsoft is not done: an order in progress, a purchase that is provisioned or was never activated, an "
            "expiry that does not show yet, or an action that is refused for now.",
            "Nothing, unless a person is asked for: marketplace SaaS that was never activated refuses every change. "
            "Activate it or have the publisher end it, then resume.",
        ),
        R.OPEN_TRANSFER: operations(
            "A transfer to another partner is open; nothing in it is touched.",
            "Where transfers are waited for, a person is asked after three days: have the customer and the other "
            "partner accept it, or cancel it; it goes on by itself. Otherwise do the same at once, then resume.",
        ),
        R.NO_TERM_END: operations(
            "The holding cannot be cancelled and shows no end date (its renewal is switched off all the same), or its "
            "end date has passed and it is still there.",
            "Look at it in Partner Center or Azure, settle it with Microsoft support, then resume.",
        ),
        R.NEVER_CANCELLABLE: operations(
            "A savings plan can never be cancelled, perpetual software not after 30 days (it blocks by policy only).",
            "Nothing, if it has an end date: that is waited for. Otherwise settle it with Microsoft, then resume.",
        ),
        R.LEFT_BY_POLICY: operations(
            "Marketplace SaaS that settings or request leave alone.",
            "Nothing, if it does not renew. Otherwise have the customer or the publisher end it, then resume.",
        ),
        R.UNKNOWN_STATUS: operations(
            "A holding has a status that the pipeline does not know, or the relationship is not a reseller "
            "relationship. It is not touched.",
            f"Look at it in Partner Center. End the holding there, then resume. {OVERRIDE}",
        ),
        R.UNKNOWN_KIND: operations(
            "The pipeline does not know this kind of holding and does not touch it.",
            f"End it in Partner Center, then resume. {OVERRIDE}",
        ),
        R.NOT_REFUNDED: nobody(
            "A reservation is not refunded: Azure refuses, or refunds are not wanted. Its renewal is stopped and it "
            "is paid for until it expires; a refund asked for in Partner Center ends it sooner."
        ),
        R.OTHER_RESELLER: operations(
            "The customer holds something of another reseller; the removal would end that too.",
            "Ask that reseller. A rejected request needs the right `resellerMpnId`, or what is not yours moves to "
            "another partner first.",
        ),
        R.REFUSED: operations(
            "Microsoft refused an action for good, or it got no further in 20 tries; the text has Microsoft's code and "
            "its meaning.",
            "Do what `operatorAction` says, then resume; the action is tried once more.",
        ),
        R.REACTIVATED: operations(
            "An action took effect five times, and each time somebody changed it back.",
            "Find who does (an administrator of the customer, another tool), stop that, then resume.",
        ),
        R.VANISHED: operations(
            "A holding is not listed any more; a second complete read must agree before it counts as gone, and seven "
            "days must pass where something is paid for that nothing is known to have ended or moved.",
            "Nothing, unless a person is asked for. Look it up in Partner Center: if it is there or its order is open, "
            "end it or open a support case, then resume. What has really ended counts as gone after seven days. "
            f"{OVERRIDE}",
        ),
        R.INCOMPLETE_READ: operations(
            "Something could not be read completely, often because a role is missing in the customer's Azure.",
            "Nothing while it is read again. Then do what `operatorAction` says, such as granting the named role, and "
            "resume.",
        ),
    },
)
