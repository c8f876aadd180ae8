"""An offboarding request after parsing: what the CRM asked for, in the domain's own types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.policy import Commitments


@dataclass(frozen=True, slots=True)
class OffboardingRequest:
    """One request. At least one of `customer_id` (lower-case GUID) and `domain` is given; `domain` or `company_name`
    must match the customer exactly. `fingerprint` (SHA-256 of the canonical body) tells a repetition from a reuse of
    the request id; `options` are what two requests for one customer must share to be joined."""

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

    @property
    def options(self) -> tuple[object, ...]:
        return (self.dry_run, self.not_before, self.commitments)
