"""An offboarding request after parsing: what the CRM asked for, in the domain's own types."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.policy import Commitments, Policy, Restriction


@dataclass(frozen=True, slots=True)
class OffboardingRequest:
    """One request. At least one of `customer_id` (lower-case GUID) and `domain` is given; `domain` or `company_name`
    must match the customer exactly. `fingerprint` (SHA-256 of the canonical body) tells a repetition from a reuse of
    the request id; `options` are what two requests for one customer must share to be joined. `reseller`: partner
    location id (MPN) of the reseller whose customer it is, where the partner is an indirect provider."""

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

    @property
    def options(self) -> tuple[object, ...]:
        return (
            self.dry_run,
            self.not_before,
            self.commitments,
            self.reseller,
            frozenset(self.restrictions),
            self.reactivate_suspended,
        )

    def policy(self, configured: Policy) -> Policy:
        """The configured policy, narrowed by what this request restricts, with what only a request can ask for."""
        narrowed = configured.narrowed(self.restrictions)
        return replace(narrowed, reactivate_suspended=self.reactivate_suspended, reseller=self.reseller)
