"""What a stage works with: the ports, and what this partner decided."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.domain.approval import ApprovalPolicy
from shared.domain.offboarding.identifiers import LOCAL_SOURCE
from shared.domain.pace import Pace
from shared.domain.policy import Mode, Partner, Policy
from shared.ports.brakes import Brakes
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.evidence import EvidenceExport
from shared.ports.partner import DelegatedAdmin, PartnerCenter, Reservations
from shared.ports.sign_in import SignIn
from shared.ports.store import OffboardingStore
from shared.ports.throttles import Throttles


@dataclass(frozen=True, slots=True)
class Services:
    """Everything behind ports, built once by the bootstrap or by a test. `event_source`: the deployment, in events."""

    partner_center: PartnerCenter
    reservations: Reservations
    delegated_admin: DelegatedAdmin
    sign_in: SignIn
    store: OffboardingStore
    bus: Bus
    clock: Clock
    throttles: Throttles
    brakes: Brakes
    partner: Partner
    policy: Policy = field(default_factory=Policy)
    pace: Pace = field(default_factory=Pace)
    mode: Mode = Mode.LIVE
    approval: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    evidence: EvidenceExport | None = None
    event_source: str = LOCAL_SOURCE
