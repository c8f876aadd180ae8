"""The vocabulary of a partner tenant: kinds of holdings and the states they can be in."""

from enum import StrEnum


class Kind(StrEnum):
    """Kinds of items in the subscriptions collection."""

    LEGACY_LICENCE = "legacyLicence"
    NCE_LICENCE = "nceLicence"
    NCE_TRIAL = "nceTrial"
    SOFTWARE_SUBSCRIPTION = "softwareSubscription"
    MARKETPLACE = "marketplace"
    AZURE_PLAN = "azurePlan"
    LEGACY_AZURE = "legacyAzure"
    SAVINGS_PLAN = "savingsPlan"


class Status(StrEnum):
    """Subscription status as Partner Center spells it."""

    NONE = "none"
    ACTIVE = "active"
    PENDING = "pending"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    DISABLED = "disabled"
    DELETED = "deleted"


class Job(StrEnum):
    """The background job at a term's end."""

    RENEWING = "renewing"
    EXPIRING = "expiring"


class ScheduleType(StrEnum):
    """When a scheduled action happens."""

    TERM_END = "TermEnd"
    CUSTOM_DATE = "CustomDate"


class ActionType(StrEnum):
    """What a scheduled action does."""

    CANCEL = "Cancel"
    RENEW = "RenewToNewTerm"
    EXTEND = "RenewToExtendedServiceTerm"
    TRANSITION = "Transition"


class LineKind(StrEnum):
    """What one order line bought; decides whether the order can be cancelled, and how late."""

    LICENCE = "licence"
    AZURE_PLAN = "azurePlan"
    SAVINGS_PLAN = "savingsPlan"
    MARKETPLACE = "marketplace"
    SOFTWARE_SUBSCRIPTION = "softwareSubscription"
    PERPETUAL = "perpetual"
    RESERVATION = "reservation"


class OrderStatus(StrEnum):
    """Order status; the values with blanks are spelt so by Microsoft."""

    UNKNOWN = "unknown"
    COMPLETED = "completed"
    PENDING = "pending"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    PENDING_REVIEW = "pending review"
    PENDING_PO_UPLOAD = "pending po upload"
    PO_UPLOAD_COMPLETE = "po upload complete"
    PO_REVIEW_REJECTED = "po review rejected"
    PARTIAL_SUCCESS = "partial success"
    ERROR = "error"


class ReservationState(StrEnum):
    """provisioningState of an Azure reservation."""

    CREATING = "Creating"
    PENDING_RESOURCE_HOLD = "PendingResourceHold"
    CONFIRMED_RESOURCE_HOLD = "ConfirmedResourceHold"
    PENDING_BILLING = "PendingBilling"
    CONFIRMED_BILLING = "ConfirmedBilling"
    CREATED = "Created"
    SUCCEEDED = "Succeeded"
    CANCELLED = "Cancelled"
    EXPIRED = "Expired"
    BILLING_FAILED = "BillingFailed"
    FAILED = "Failed"
    SPLIT = "Split"
    MERGED = "Merged"


DEAD_RESERVATIONS = frozenset(
    {
        ReservationState.CANCELLED,
        ReservationState.EXPIRED,
        ReservationState.FAILED,
        ReservationState.SPLIT,
        ReservationState.MERGED,
    }
)


class EntitlementStatus(StrEnum):
    """Status of an Azure subscription under an Azure plan: Partner Center documents the first two, Azure the rest."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    WARNED = "warned"
    PAST_DUE = "pastDue"
    DISABLED = "disabled"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    DELETED = "deleted"


RUNNING_AZURE = frozenset({EntitlementStatus.ACTIVE, EntitlementStatus.WARNED, EntitlementStatus.PAST_DUE})
"""It works and costs."""
STOPPED_AZURE = frozenset({EntitlementStatus.DISABLED, EntitlementStatus.SUSPENDED})
"""Nothing runs, and it was not cancelled."""


class GdapStatus(StrEnum):
    """Status of a granular delegated admin relationship (Microsoft Graph)."""

    CREATED = "created"
    APPROVAL_PENDING = "approvalPending"
    APPROVED = "approved"
    ACTIVATING = "activating"
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    TERMINATION_REQUESTED = "terminationRequested"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


class TransferStatus(StrEnum):
    """Status of a subscription transfer to another partner."""

    ACTIVE = "Active"
    COMPLETE = "Complete"
    PARTIALLY_COMPLETE = "PartiallyComplete"
    REJECT = "Reject"


class Write(StrEnum):
    """Which writes a standing refusal is about."""

    ANYTHING = "anything"
    SUBSCRIPTION = "subscription"
    AZURE_SUBSCRIPTION = "azureSubscription"
    ORDER = "order"
    RESERVATION = "reservation"
    SAVINGS_PLAN = "savingsPlan"
    DELEGATED_ADMIN = "delegatedAdmin"
    RELATIONSHIP = "relationship"


class Consent(StrEnum):
    """Whether the partner's application may have tokens of a customer's tenant."""

    GIVEN = "given"
    MISSING = "missing"
    UNKNOWN_APPLICATION = "unknownApplication"


class Relationship(StrEnum):
    """Who sells to the customer. OTHER_PARTNER is not a wire value: that customer answers 403/20002."""

    RESELLER = "reseller"
    NONE = "none"
    OTHER_PARTNER = "otherPartner"
