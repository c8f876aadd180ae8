"""Builds the services from settings: the only place where adapters meet ports. Once a process, at the first use."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import requests
from azure.data.tables import TableServiceClient
from azure.servicebus import ServiceBusClient

from shared.adapters.brakes import SharedBrakes
from shared.adapters.clock import SystemClock
from shared.adapters.entra.http import SERVICE as ENTRA
from shared.adapters.evidence.blob_archive import BlobArchive
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.adapters.evidence.key_vault_signer import KeyVaultSigner
from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.http.transport import pooled_session
from shared.adapters.partner_center.client import PartnerCenterClient
from shared.adapters.platform import OwnPlatform
from shared.adapters.reservations.client import AzureReservationsClient
from shared.adapters.service_bus import EntityNames, ServiceBusBus
from shared.adapters.stores.sqlite import SqliteStore
from shared.adapters.stores.table import TableStore
from shared.adapters.throttles import SharedThrottles
from shared.composition.connections import PARTNER_CENTER, connect, identity_of, vault_of
from shared.composition.doctor.platform import unreachable
from shared.composition.doctor.probe import Probe
from shared.composition.settings import HOSTNAME, Settings, StoreKind, authentication_on, read_settings
from shared.domain.approval import ApprovalRule, who_approves
from shared.domain.errors import SettingsError, UnavailableError
from shared.domain.policy import Partner
from shared.operations.front_door import FrontDoor
from shared.pipeline.core.services import Services
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.evidence import EvidenceExport
from shared.ports.sign_in import TokenVault
from shared.ports.store import OffboardingStore
from shared.version import VERSION

log = logging.getLogger("offboarding")
DOCTORS_PATIENCE = timedelta(seconds=5)
"""How long one call of the doctor may wait for bytes."""
_lock = threading.Lock()
_services: Services | None = None
_front_door: FrontDoor | None = None


def services() -> Services:
    """The services of this process, built at the first call; raises SettingsError with every problem.

    Says once what has started: whoever reads a log of last month sees which version acted, and in which mode.
    """
    global _services
    with _lock:
        if _services is None:
            settings = read_settings(os.environ)
            _services = build(settings)
            mode, store = settings.mode.value, settings.store.kind.value
            log.info("offboarding pipeline %s started: mode %s, store %s", VERSION, mode, store)
            rule = settings.approval.rule
            log.log(logging.WARNING if rule is ApprovalRule.NEVER else logging.INFO, "%s", who_approves(rule))
        return _services


def front_door() -> FrontDoor:
    """Who may come in over HTTP, built at the first call; raises SettingsError with every problem."""
    global _front_door
    with _lock:
        if _front_door is None:
            people = read_settings(os.environ).people
            platform = OwnPlatform(pooled_session(8), people.own_address)
            keys, address = people.calendar_keys, people.own_address
            _front_door = FrontDoor(people.authentication, platform, people.key_names, keys, address)
        return _front_door


def probe() -> Probe:
    """What the doctor looks at, with the parts of this process; raises SettingsError with every problem.

    Tokens are asked for anew: one that is at hand would hide that no other is issued. Calls are short, and none leaves
    before the time that any process was told to wait for.
    """
    settings, running = read_settings(os.environ), services()
    pace = replace(settings.pace, call_timeout=min(settings.pace.call_timeout, DOCTORS_PATIENCE))
    throttles = SharedThrottles(running.store, running.clock.now, ())
    # What the store cannot tell now is the store's own check.
    with suppress(UnavailableError):
        throttles.held_until()
    settings = replace(settings, pace=pace)
    parts = connect(settings, pooled_session(2), running.clock, vault_of(settings), throttles.board)
    lost = partial(unreachable, partial(bus_client, settings), EntityNames())
    letters = running.bus.count_dead_letters
    return Probe(settings, parts, running.store, running.clock.machine, lost, letters, running.clock.now)


def people_sign_in() -> bool:
    """Whether App Service Authentication is on, for whoever has to know it before anything is built."""
    return authentication_on(os.environ)


def own_host() -> str:
    """The host that the platform says this app has, "" where there is no platform."""
    return os.environ.get(HOSTNAME, "").strip()


def build(settings: Settings) -> Services:
    """Services for `settings`, with a pooled session, the configured store and Service Bus."""
    clock = SystemClock(settings.clock_file)
    session = pooled_session(settings.pace.parallel * 4)
    bus = ServiceBusBus(lambda: bus_client(settings), EntityNames())
    services = assemble_services(settings, session, open_store(settings), bus, clock, vault_of(settings))
    return replace(services, evidence=evidence_export(settings))


def assemble_services(
    settings: Settings,
    session: requests.Session,
    store: OffboardingStore,
    bus: Bus,
    clock: Clock,
    vault: TokenVault,
    sleep: Callable[[float], None] = time.sleep,
) -> Services:
    """The adapters around given runtime parts: a test brings its own session, store, bus, clock, vault and sleep."""
    throttles = SharedThrottles(store, clock.now, (PARTNER_CENTER, ENTRA))
    connections = connect(settings, session, clock, vault, throttles.board, sleep)
    return Services(
        partner_center=PartnerCenterClient(connections.partner_center, settings.partner_tenant_id),
        reservations=AzureReservationsClient(connections.azure),
        delegated_admin=GraphDelegatedAdmin(connections.graph, settings.partner_tenant_id),
        sign_in=connections.sign_in,
        store=store,
        bus=bus,
        clock=clock,
        throttles=throttles,
        brakes=SharedBrakes(store, clock, settings.ceilings),
        partner=Partner(settings.partner_tenant_id, settings.protected_customers, settings.indirect_provider),
        policy=settings.policy,
        pace=settings.pace,
        mode=settings.mode,
        approval=settings.approval,
        event_source=settings.event_source,
    )


def evidence_export(settings: Settings) -> EvidenceExport | None:
    """Where finished evidence goes; None where nothing is set up."""
    evidence = settings.evidence
    if evidence.folder is not None and evidence.key_file is not None:
        return EvidenceExport(FileSigner(evidence.key_file), FolderArchive(evidence.folder))
    if not evidence.container:
        return None
    identity = identity_of(settings)
    signer = KeyVaultSigner(settings.sign_in.key_vault_url, evidence.key_name, identity)
    return EvidenceExport(signer, BlobArchive.at(evidence.container, identity))


def open_store(settings: Settings) -> OffboardingStore:
    """The configured store."""
    store = settings.store
    if store.kind is StoreKind.TABLE:
        return TableStore(_table_service(settings), keep_for=store.retention)
    return SqliteStore(store.sqlite_file or ":memory:", keep_for=store.retention)


def _table_service(settings: Settings) -> TableServiceClient:
    # Short and few tries: a stage has a claim to keep, and what fails here is tried again by message.
    limits: dict[str, Any] = {
        "retry_total": 3,
        "retry_backoff_factor": 0.3,
        "connection_timeout": 5,
        "read_timeout": 20,
    }
    if settings.store.table_connection:
        try:
            return TableServiceClient.from_connection_string(settings.store.table_connection, **limits)
        except ValueError as error:
            raise SettingsError(f"OFFBOARDING_TABLE_CONNECTION is no connection string: {error}") from None
    return TableServiceClient(settings.store.table_endpoint, credential=identity_of(settings), **limits)


def bus_client(settings: Settings) -> ServiceBusClient:
    """By connection string on one machine, by identity in Azure. Connects at the first message."""
    if settings.bus.connection:
        return ServiceBusClient.from_connection_string(settings.bus.connection, retry_total=2)
    return ServiceBusClient(settings.bus.namespace, identity_of(settings), retry_total=2)
