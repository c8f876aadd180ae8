"""What the words mean that the record of an offboarding is shown with: kinds, states of actions, proofs, who."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import HoldingKind
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.proofs import ProofName

KINDS: Mapping[HoldingKind, str] = MappingProxyType(
    {
        HoldingKind.LEGACY_LICENCE: "A licence from before new commerce; suspended.",
        HoldingKind.NCE_LICENCE: "A new-commerce licence; cancelled in its window, else it ends with its term.",
        HoldingKind.TRIAL: "A trial; cancelled.",
        HoldingKind.AZURE_PLAN: "An Azure plan; suspended when no Azure subscription below it is active.",
        HoldingKind.AZURE_SUBSCRIPTION: "An Azure subscription below an Azure plan; cancelled.",
        HoldingKind.LEGACY_AZURE: "An Azure subscription from before the Azure plan; suspended.",
        HoldingKind.RESERVATION: "An Azure reservation; returned for a refund, else its renewal is stopped.",
        HoldingKind.PERPETUAL_SOFTWARE: "Perpetual software; its order is cancelled within 30 days.",
        HoldingKind.SOFTWARE_SUBSCRIPTION: (
            "A software subscription; cancelled in its window, else it ends with its term."
        ),
        HoldingKind.MARKETPLACE: "Marketplace SaaS; cancelled in its window, else it ends with its term.",
        HoldingKind.SAVINGS_PLAN: "An Azure savings plan; its renewal is stopped.",
        HoldingKind.PENDING_ORDER: "An order in progress; waited for.",
        HoldingKind.OPEN_TRANSFER: "An open transfer to another partner; waited for, and nothing in it is touched.",
        HoldingKind.UNKNOWN: "Something that the pipeline does not know; never touched, and it blocks the removal.",
    }
)

ACTION_STATES: Mapping[ActionState, str] = MappingProxyType(
    {
        ActionState.INTENDED: "Stored before the call; there is no answer yet, or no clear one.",
        ActionState.ACCEPTED: "The service accepted the call; its effect was not seen yet.",
        ActionState.CONFIRMED: "The effect was seen.",
        ActionState.POSTPONED: "Refused for now; it is tried again later.",
        ActionState.REFUSED: "Refused for good.",
        ActionState.FORGIVEN: "Refused, or without effect; somebody resumed the offboarding, so it may be tried again.",
    }
)

PROOFS: Mapping[ProofName, str] = MappingProxyType(
    {
        ProofName.CUSTOMER_LIST: "The list of customers does not have the customer; read anew in every check.",
        ProofName.CUSTOMER_READ: "The customer cannot be read any more.",
        ProofName.SUBSCRIPTIONS: "The customer's subscriptions cannot be read any more.",
        ProofName.PURCHASING: "The customer's orders cannot be read any more.",
        ProofName.DELEGATED_ADMIN: "Every delegated admin relationship (GDAP) has ended, or is to be left alone.",
        ProofName.SUPPORT_CONTACT: "The support contact of a legacy licence cannot be read any more, if there was one.",
        ProofName.ACTIVITY_LOG: "The activity log of Partner Center has the removal, if this offboarding made it.",
    }
)

ACTORS: Mapping[Who, str] = MappingProxyType(
    {
        Who.REQUEST: "The request itself: it was taken in, or refused.",
        Who.PIPELINE: "A stage of the pipeline.",
        Who.SWEEPER: "The sweeper, a timer: it wakes what is due and reminds of what needs a person.",
        Who.WATCHER: "The watcher, a timer: it marks what belongs to messages that were dead-lettered.",
        Who.OPERATOR: "A person, who resumed the offboarding.",
    }
)
