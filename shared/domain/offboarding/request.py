"""An offboarding request after parsing: what the CRM asked for, in the domain's own types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.policy import Commitments, Policy, Renewals, Restriction

FARTHEST_START = timedelta(days=1100)
"""No commitment lasts longer than three years; a later start is a mistake that would hold the customer."""


def check_start(start: datetime | None, now: datetime) -> None:
    """Raise InvalidRequestError for a start that is too far away."""
    if start is not None and start > now + FARTHEST_START:
        rule = f"must be within {FARTHEST_START.days} days"
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "notBefore", rule, start.isoformat())


@dataclass(frozen=True, slots=True)
class OffboardingRequest:
    """One request. At least one of `customer_id` (lower-case GUID) and `domain` is given; `domain` or `company_name`
    must match the customer exactly. `fingerprint` (SHA-256 of the canonical body) tells a repetition from a reuse of
    the request id; `options` are what two requests for one customer must share to be joined. `reseller`: partner
    location id (MPN) of the reseller whose customer it is, where the partner is an indirect provider. `grace` lengthens
    the configured grace period. `approval_reference`: the sender's own word on its approval, which approves nothing
    here. `batch_id`: what it is followed together with; no part of the fingerprint, since it asks for nothing."""

    request_id: str
    customer_id: str | None
    domain: str | None
    company_name: str | None
    requested_by: str
    reason: str
    dry_run: bool
    not_before: datetime | None
    commitments: Commitments
    correlation_id: str
    fingerprint: str
    reseller: str | None = None
    restrictions: tuple[Restriction, ...] = ()
    reactivate_suspended: bool = False
    renewals: Renewals | None = None
    reduce_seats: bool = False
    grace: timedelta | None = None
    approval_reference: str | None = None
    batch_id: str | None = None

    @property
    def options(self) -> tuple[object, ...]:
        """What two requests for one customer must share to be joined."""
        return (
            self.dry_run,
            self.not_before,
            self.commitments,
            self.reseller,
            frozenset(self.restrictions),
            self.reactivate_suspended,
            self.renewals,
            self.reduce_seats,
            self.grace or timedelta(),
        )

    def policy(self, configured: Policy) -> Policy:
        """The configured policy, narrowed by what this request restricts, with what only a request can ask for."""
        narrowed = configured.narrowed(self.restrictions)
        return replace(
            narrowed,
            reactivate_suspended=self.reactivate_suspended,
            reduce_seats=self.reduce_seats,
            reseller=self.reseller,
            grace=max(configured.grace, self.grace or timedelta()),
        )
