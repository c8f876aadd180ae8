"""What the writes are called in sentences for people; programs keep the words of the enum."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared.domain.decisions.blockers import ActionKind

PHRASES: Mapping[ActionKind, str] = MappingProxyType(
    {
        ActionKind.SUSPEND: "suspension",
        ActionKind.CANCEL: "cancellation",
        ActionKind.END_AT_TERM: "end with the term",
        ActionKind.REACTIVATE: "reactivation",
        ActionKind.CANCEL_AZURE_SUBSCRIPTION: "cancellation of the Azure subscription",
        ActionKind.SUSPEND_AZURE_PLAN: "suspension of the Azure plan",
        ActionKind.CANCEL_ORDER: "cancellation of the order",
        ActionKind.RETURN_RESERVATION: "return for a refund",
        ActionKind.STOP_RENEWAL: "stop of the renewal",
        ActionKind.RENEW_MONTHLY: "renewal month by month",
        ActionKind.REDUCE_SEATS: "return of seats",
        ActionKind.RESTORE_STATUS: "restart",
        ActionKind.RESTORE_SUSPENSION: "return to its suspension",
        ActionKind.RESTORE_TERMS: "return to its renewal settings",
        ActionKind.REACTIVATE_AZURE_SUBSCRIPTION: "restart of the Azure subscription",
        ActionKind.RESTORE_RENEWAL: "restart of the renewal",
    }
)
"""Nouns that follow "the" or a number with "×"."""
