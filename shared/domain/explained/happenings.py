"""What each entry of the timeline tells."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.decisions.blockers import ActionKind
from shared.domain.offboarding.timeline import ActionStep, TimelineEvent

EVENTS: Mapping[TimelineEvent, str] = MappingProxyType(
    {
        TimelineEvent.RECEIVED: "The request was accepted and stored.",
        TimelineEvent.IDENTIFIED: "The customer was found and fits the request.",
        TimelineEvent.REMOVED_BEFORE: "An earlier offboarding removed this customer.",
        TimelineEvent.INVENTORY: "Everything that the customer holds was read.",
        TimelineEvent.PLANNED: "The plan was made.",
        TimelineEvent.REFUND_REFUSED: "Azure would not refund a reservation (asked only; nothing was returned).",
        TimelineEvent.OPEN_INTENTS: "An earlier call has no clear answer; everything is read before the next write.",
        TimelineEvent.READ_BACK: "The subscriptions were read after writing.",
        TimelineEvent.GATE: "The gate decided: the detail says what is left to do and what is in the way.",
        TimelineEvent.REMOVAL_INTENDED: "The removal call is about to be sent: the point of no return.",
        TimelineEvent.REMOVAL_ACCEPTED: "Partner Center accepted the removal.",
        TimelineEvent.REMOVAL_REFUSED: "Partner Center refused the removal.",
        TimelineEvent.REMOVAL_PROBED: "An earlier removal call had no clear answer; the relationship was looked at.",
        TimelineEvent.GDAP_INTENDED: "The end of a delegated admin relationship (GDAP) is about to be asked for.",
        TimelineEvent.GDAP_ACCEPTED: "Microsoft Graph accepted the end of a delegated admin relationship.",
        TimelineEvent.GDAP_REFUSED: "Microsoft Graph refused the end of a delegated admin relationship.",
        TimelineEvent.PROOFS: "The proofs were checked, and some do not hold yet.",
        TimelineEvent.PROVEN: "Every proof holds.",
        TimelineEvent.CLAIM_TAKEN_OVER: "The handler before did not finish; this one goes on.",
        TimelineEvent.WINDOW_CLOSING: "A cancellation window closes within 48 hours, unused; an event warns of it.",
        TimelineEvent.RENEWAL_COMING: "A term renews in 30, 7 or 2 days and nobody agreed to it; an event warns of it.",
        TimelineEvent.WOKEN: "It was woken: its date had come, the last wake-up was lost, or a person redrove it.",
        TimelineEvent.REMINDED: "In older records: a person was still needed, and the event was sent again.",
        TimelineEvent.LOOKED_AGAIN: "A person is still needed; the sweeper had everything looked at again.",
        TimelineEvent.RESUMED: "Somebody resumed the offboarding.",
        TimelineEvent.APPROVED: "A second person approved the plan; the entry has who, and why.",
        TimelineEvent.APPROVAL_REJECTED: "A second person rejected the plan; the entry has who, and why.",
        TimelineEvent.BRAKE_RELEASED: "The kill switch was released; the offboarding goes on.",
        TimelineEvent.WORD_NOT_NEEDED: "What a person said while it was looked at, which nothing asked for any more.",
        TimelineEvent.WITHDRAWAL_ASKED: "The offboarding was called off; the entry has by whom, and why.",
        TimelineEvent.RESTORED: "What can be put back is as it was; the detail says what is not.",
        TimelineEvent.RESCHEDULED: "Start or restrictions were changed before the first write; it is planned anew.",
        TimelineEvent.CLAIM_RELEASED: "The handler noticed that somebody had changed the offboarding, and stopped.",
        TimelineEvent.RECORD_RESTORED: "The record was put back from a snapshot; what came after that is not in it.",
        TimelineEvent.OVERRIDDEN: "A person said that what blocks a holding has ended; the entry has who, and why.",
    }
)

STEPS: Mapping[ActionStep, str] = MappingProxyType(
    {
        ActionStep.INTENDED: "The call is about to be sent.",
        ActionStep.NOT_STARTED: "The call was not sent, because too little time was left; it follows.",
        ActionStep.ACCEPTED: "The service accepted the call; its effect may show later.",
        ActionStep.POSTPONED: "The service refused the call for now; it is repeated later.",
        ActionStep.REFUSED: "The service refused the call for good.",
        ActionStep.ALREADY_DONE: "The service says that this seems to be done; reading again tells.",
        ActionStep.UNCLEAR: "There was no answer, or none that settles it; reading again tells.",
    }
)

ACTIONS: Mapping[ActionKind, str] = MappingProxyType(
    {
        ActionKind.SUSPEND: "Suspend a legacy licence or legacy Azure.",
        ActionKind.CANCEL: "Cancel a subscription.",
        ActionKind.END_AT_TERM: "Switch renewal off and record a cancel at the end of the term.",
        ActionKind.REACTIVATE: "Switch a suspended licence on, to record that it ends with its term.",
        ActionKind.CANCEL_AZURE_SUBSCRIPTION: "Cancel an Azure subscription.",
        ActionKind.SUSPEND_AZURE_PLAN: "Suspend an Azure plan.",
        ActionKind.CANCEL_ORDER: "Cancel the order of perpetual software.",
        ActionKind.RETURN_RESERVATION: "Return a reservation for a refund.",
        ActionKind.STOP_RENEWAL: "Stop the renewal of a reservation or a savings plan.",
        ActionKind.RENEW_MONTHLY: "Let a subscription renew month by month instead of for its whole term.",
        ActionKind.REDUCE_SEATS: "Give back the seats of a licence that still can be; the others end with its term.",
        ActionKind.RESTORE_STATUS: "After a withdrawal: switch on what was suspended.",
        ActionKind.RESTORE_SUSPENSION: "After a withdrawal: suspend again what was switched on.",
        ActionKind.RESTORE_TERMS: "After a withdrawal: put renewal and scheduled changes back.",
        ActionKind.REACTIVATE_AZURE_SUBSCRIPTION: "After a withdrawal: switch an Azure subscription on again.",
        ActionKind.RESTORE_RENEWAL: "After a withdrawal: let a reservation or a savings plan renew again.",
    }
)
