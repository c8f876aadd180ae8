"""Settings: all sections together, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.domain.errors import SettingsError
from shared.domain.policy import Pace, Policy
from shared.settings.bus import BusSettings, read_bus
from shared.settings.endpoints import Cloud, Endpoints, read_endpoints
from shared.settings.pace import read_pace
from shared.settings.policy import read_policy
from shared.settings.reader import Reader
from shared.settings.sign_in import SignInSettings, read_sign_in
from shared.settings.store import StoreSettings, read_store
from shared.stages.services import Mode


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
    managed_identity_client_id: str
    calls_per_minute: int
    clock_file: Path | None
    policy: Policy
    pace: Pace


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings in `env`; raises SettingsError listing every missing or malformed one."""
    reader = Reader(env)
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
        managed_identity_client_id=reader.optional("ServiceBus__clientId"),
        calls_per_minute=reader.integer(
            "OFFBOARDING_CALLS_PER_MINUTE", 250, least=60, why="one inventory of a customer has to fit into a minute"
        ),
        clock_file=reader.path("OFFBOARDING_CLOCK_FILE"),
        policy=read_policy(reader),
        pace=read_pace(reader),
    )
    if reader.problems:
        raise SettingsError(f"{len(reader.problems)} setting(s) are wrong: " + "; ".join(reader.problems))
    return settings
