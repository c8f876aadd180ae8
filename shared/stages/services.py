"""What a stage works with: the ports, the policy and the identity of this partner."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.policy import Pace, Policy
from shared.ports.partner import DelegatedAdmin, PartnerCenter, Reservations
from shared.ports.runtime import Bus, Clock, OffboardingStore, Throttles
from shared.ports.sign_in import SignIn


class Mode(StrEnum):
    """PLAN: a fresh deployment, nothing is ever written to a customer. LIVE: the pipeline acts."""

    PLAN = "plan"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class Partner:
    """Who we are and whom we never touch (tenant ids in lower case). The customers of an `indirect_provider` belong to
    its resellers, and a removal hits every one of them."""

    tenant_id: str
    protected_customers: frozenset[str] = field(default_factory=frozenset)
    indirect_provider: bool = False


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind ports, built once by the bootstrap or by a test."""

    partner_center: PartnerCenter
    reservations: Reservations
    delegated_admin: DelegatedAdmin
    sign_in: SignIn
    store: OffboardingStore
    bus: Bus
    clock: Clock
    throttles: Throttles
    partner: Partner
    policy: Policy = field(default_factory=Policy)
    pace: Pace = field(default_factory=Pace)
    mode: Mode = Mode.LIVE
