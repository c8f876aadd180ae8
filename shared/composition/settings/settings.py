"""Settings: all sections together, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.composition.authentication import ON
from shared.composition.settings.bus import BusSettings, read_bus
from shared.composition.settings.endpoints import Cloud, Endpoints, read_endpoints
from shared.composition.settings.events import read_event_source
from shared.composition.settings.evidence import EvidenceSettings, read_evidence
from shared.composition.settings.notices import NoticeSettings, read_notices
from shared.composition.settings.pace import read_pace
from shared.composition.settings.people import PeopleSettings, read_people
from shared.composition.settings.policy import read_approval, read_ceilings, read_policy
from shared.composition.settings.reader import Reader
from shared.composition.settings.schedules import read_schedules
from shared.composition.settings.sign_in import SignInSettings, read_sign_in
from shared.composition.settings.snapshots import SnapshotSettings, read_snapshots
from shared.composition.settings.store import StoreSettings, read_store
from shared.composition.settings.telemetry import TelemetrySettings, read_telemetry
from shared.domain.approval import ApprovalPolicy, ApprovalRule
from shared.domain.brake import Ceilings
from shared.domain.errors import SettingsError
from shared.domain.pace import Pace
from shared.domain.policy import Mode, Policy
from shared.domain.wording import count_of


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between deployments.

    `managed_identity_client_id` is the identity towards all Azure services, empty for the default one.
    """

    mode: Mode
    partner_tenant_id: str
    protected_customers: frozenset[str]
    indirect_provider: bool
    cloud: Cloud
    endpoints: Endpoints
    sign_in: SignInSettings
    store: StoreSettings
    bus: BusSettings
    event_source: str
    people: PeopleSettings
    evidence: EvidenceSettings
    snapshots: SnapshotSettings
    managed_identity_client_id: str
    calls_per_minute: int
    clock_file: Path | None
    policy: Policy
    ceilings: Ceilings
    approval: ApprovalPolicy
    pace: Pace
    notices: NoticeSettings
    telemetry: TelemetrySettings


def read_settings(env: Mapping[str, str], *, from_outside: bool = False) -> Settings:
    """The settings in `env`; raises SettingsError listing every missing or malformed one.

    `from_outside`: not the running app reads, so that what the platform alone sets may be absent without being off.
    """
    reader = Reader(env)
    people = read_people(reader)
    cloud = reader.choice("OFFBOARDING_CLOUD", Cloud, Cloud.GLOBAL)
    settings = Settings(
        mode=reader.choice("OFFBOARDING_MODE", Mode, Mode.PLAN),
        partner_tenant_id=reader.guid("OFFBOARDING_PARTNER_TENANT_ID"),
        protected_customers=reader.guids("OFFBOARDING_PROTECTED_CUSTOMERS"),
        indirect_provider=reader.flag("OFFBOARDING_INDIRECT_PROVIDER", default=False),
        cloud=cloud,
        endpoints=read_endpoints(reader, cloud),
        sign_in=read_sign_in(reader),
        store=read_store(reader),
        bus=read_bus(reader),
        event_source=read_event_source(reader),
        people=people,
        evidence=read_evidence(reader),
        snapshots=read_snapshots(reader),
        managed_identity_client_id=reader.optional("ServiceBus__clientId"),
        calls_per_minute=reader.integer(
            "OFFBOARDING_CALLS_PER_MINUTE", 250, least=60, why="one inventory of a customer has to fit into a minute"
        ),
        clock_file=reader.path("OFFBOARDING_CLOCK_FILE"),
        policy=read_policy(reader),
        ceilings=read_ceilings(reader),
        approval=read_approval(reader),
        pace=read_pace(reader),
        notices=read_notices(reader, people.own_address),
        telemetry=read_telemetry(reader),
    )
    read_schedules(reader)
    known = not from_outside or bool(reader.optional(ON))
    if known and settings.approval.rule is not ApprovalRule.NEVER and not settings.people.authentication:
        why = "nobody can approve: App Service Authentication is off"
        reader.problems.append(f"OFFBOARDING_APPROVAL is {settings.approval.rule}, and {why}")
    if reader.problems:
        raise SettingsError(
            f"{count_of(len(reader.problems), 'setting is', 'settings are')} wrong: {'; '.join(reader.problems)}"
        )
    return settings
