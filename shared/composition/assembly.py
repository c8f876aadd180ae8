"""Builds the services from settings: the only place where adapters meet ports.

A library that only some settings need is imported where it is needed, so that no process waits for the others.
`shared/composition/packages.py` finds at start what is not installed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.adapters.brakes import SharedBrakes
from shared.adapters.clock import SystemClock
from shared.adapters.entra.http import SERVICE as ENTRA
from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.http.transport import pooled_session
from shared.adapters.partner_center.client import PartnerCenterClient
from shared.adapters.reservations.client import AzureReservationsClient
from shared.adapters.service_bus import EntityNames, ServiceBusBus
from shared.adapters.throttles import SharedThrottles
from shared.composition.connections import PARTNER_CENTER, connect, identity_of, vault_of
from shared.composition.settings import Settings, StoreKind
from shared.domain.errors import SettingsError
from shared.domain.policy import Partner
from shared.pipeline.core.services import Services
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.evidence import EvidenceExport, SealReader
from shared.ports.shelf import Shelf
from shared.ports.sign_in import TokenVault
from shared.ports.store import OffboardingStore

if TYPE_CHECKING:
    import requests
    from azure.data.tables import TableServiceClient
    from azure.servicebus import ServiceBusClient


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
        from shared.adapters.evidence.file_signer import FileSigner
        from shared.adapters.evidence.folder_archive import FolderArchive

        return EvidenceExport(FileSigner(evidence.key_file), FolderArchive(evidence.folder))
    if not evidence.container:
        return None
    from shared.adapters.evidence.blob_archive import BlobArchive
    from shared.adapters.evidence.key_vault_signer import KeyVaultSigner

    identity = identity_of(settings)
    signer = KeyVaultSigner(settings.sign_in.key_vault_url, evidence.key_name, identity)
    return EvidenceExport(signer, BlobArchive.at(evidence.container, identity))


def seal_reader(settings: Settings, given: Iterable[bytes] = ()) -> SealReader | None:
    """Reads what was signed with the key of the evidence, any version of it, or with a public key that is given (PEM);
    None where there is neither. Raises SettingsError for what is no such key."""
    from shared.adapters.evidence.trust import Trust

    evidence, given = settings.evidence, tuple(given)
    if evidence.key_file is not None:
        from shared.adapters.evidence.file_signer import FileSigner

        return Trust(FileSigner(evidence.key_file), given)
    if evidence.key_name:
        from shared.adapters.evidence.key_vault_signer import KeyVaultSigner

        return Trust(KeyVaultSigner(settings.sign_in.key_vault_url, evidence.key_name, identity_of(settings)), given)
    return Trust(None, given) if given else None


def snapshot_shelf(settings: Settings) -> Shelf | None:
    """Where snapshots go; None where none are taken."""
    return _shelf(settings, settings.snapshots.container, settings.snapshots.folder)


def evidence_shelf(settings: Settings) -> Shelf | None:
    """What was exported of finished evidence, to be read; None where nothing is."""
    return _shelf(settings, settings.evidence.container, settings.evidence.folder)


def _shelf(settings: Settings, container: str, folder: Path | None) -> Shelf | None:
    if folder is not None:
        from shared.adapters.shelves.folder_shelf import FolderShelf

        return FolderShelf(folder)
    if not container:
        return None
    from shared.adapters.shelves.blob_shelf import BlobShelf

    return BlobShelf.at(container, identity_of(settings))


def open_store(settings: Settings) -> OffboardingStore:
    """The configured store."""
    store = settings.store
    if store.kind is StoreKind.TABLE:
        from shared.adapters.stores.table import TableStore

        return TableStore(_table_service(settings), keep_for=store.retention)
    from shared.adapters.stores.sqlite import SqliteStore

    return SqliteStore(store.sqlite_file or ":memory:", keep_for=store.retention)


def _table_service(settings: Settings) -> TableServiceClient:
    from azure.data.tables import TableServiceClient

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
    from azure.servicebus import ServiceBusClient

    if settings.bus.connection:
        return ServiceBusClient.from_connection_string(settings.bus.connection, retry_total=2)
    return ServiceBusClient(settings.bus.namespace, identity_of(settings), retry_total=2)
