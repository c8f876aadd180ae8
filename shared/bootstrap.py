"""Builds the services from settings: the only place where adapters meet ports. Once a process, at the first use."""

from __future__ import annotations

import logging
import os
import threading
from typing import Any

import requests
from azure.data.tables import TableServiceClient
from azure.identity import DefaultAzureCredential
from azure.servicebus import ServiceBusClient

from shared.adapters.clock import SystemClock
from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.http.failures import Rules, no_rules
from shared.adapters.http.rate import RateLimiter
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts, pooled_session
from shared.adapters.partner_center.auth import Application, RefreshTokenSource
from shared.adapters.partner_center.client import PartnerCenterClient
from shared.adapters.partner_center.refusals import partner_center_rules
from shared.adapters.reservations.client import AzureReservationsClient, azure_rules
from shared.adapters.service_bus import EntityNames, ServiceBusBus
from shared.adapters.sqlite_store import SqliteStore
from shared.adapters.table_store import TableStore
from shared.domain.errors import SettingsError
from shared.ports.runtime import Bus, Clock, OffboardingStore
from shared.settings import Settings, StoreKind, read_settings
from shared.stages.services import Partner, Services

_lock = threading.Lock()
_services: Services | None = None


def services() -> Services:
    """The services of this process, built at the first call; raises SettingsError with every problem."""
    global _services
    with _lock:
        if _services is None:
            _services = build(read_settings(os.environ))
        return _services


def build(settings: Settings) -> Services:
    """Services for `settings`, with a pooled session, the configured store and Service Bus."""
    clock = SystemClock(settings.clock_file)
    session = pooled_session(settings.pace.parallel * 4)
    bus = ServiceBusBus(lambda: _service_bus(settings), EntityNames())
    return assemble_services(settings, session, _store(settings), bus, clock)


def assemble_services(
    settings: Settings, session: requests.Session, store: OffboardingStore, bus: Bus, clock: Clock
) -> Services:
    """The adapters around given runtime parts: a test brings its own session, store, bus and clock."""
    seconds = settings.call_timeout.total_seconds()
    timeouts = Timeouts(connect=min(5.0, seconds), read=seconds, body=seconds)
    application = Application(settings.partner_tenant_id, settings.client_id, settings.client_secret)
    login = settings.endpoints.login
    tokens = RefreshTokenSource(
        login,
        application,
        lambda: settings.refresh_token,
        session,
        timeouts,
        now=clock.now,
        monotonic=clock.monotonic,
    )

    def client(name: str, url: str, audience: Audience, rules: Rules, limiter: RateLimiter | None) -> ServiceClient:
        return ServiceClient(
            name, url, audience, tokens, session, timeouts, now=clock.now, rules=rules, limiter=limiter
        )

    urls = settings.endpoints
    limiter = RateLimiter(settings.calls_per_minute, service="Partner Center")
    center = client("Partner Center", urls.partner_center, Audience.PARTNER_CENTER, partner_center_rules, limiter)
    azure = client("Azure", urls.azure, Audience.AZURE, azure_rules, None)
    graph = client("Microsoft Graph", urls.graph, Audience.GRAPH, no_rules, None)
    return Services(
        partner_center=PartnerCenterClient(center, settings.partner_tenant_id),
        reservations=AzureReservationsClient(azure),
        delegated_admin=GraphDelegatedAdmin(graph, settings.partner_tenant_id),
        store=store,
        bus=bus,
        clock=clock,
        partner=Partner(settings.partner_tenant_id, settings.protected_customers),
        policy=settings.policy,
        pace=settings.pace,
        mode=settings.mode,
    )


def _store(settings: Settings) -> OffboardingStore:
    if settings.store is StoreKind.TABLE:
        return TableStore(_table_service(settings), keep_for=settings.retention)
    return SqliteStore(settings.sqlite_file or ":memory:", keep_for=settings.retention)


def _table_service(settings: Settings) -> TableServiceClient:
    # At level INFO, azure-core would log every request with its headers: thousands of lines an hour.
    logging.getLogger("azure.core.pipeline.policies.http_logging_policy").setLevel(logging.WARNING)
    # Short and few tries: a stage has a claim to keep, and what fails here is tried again by message.
    limits: dict[str, Any] = {
        "retry_total": 3,
        "retry_backoff_factor": 0.3,
        "connection_timeout": 5,
        "read_timeout": 20,
    }
    if settings.table_connection:
        try:
            return TableServiceClient.from_connection_string(settings.table_connection, **limits)
        except ValueError as error:
            raise SettingsError(f"OFFBOARDING_TABLE_CONNECTION is no connection string: {error}") from None
    return TableServiceClient(settings.table_endpoint, credential=_identity(settings), **limits)


def _service_bus(settings: Settings) -> ServiceBusClient:
    if settings.service_bus_connection:
        return ServiceBusClient.from_connection_string(settings.service_bus_connection, retry_total=2)
    return ServiceBusClient(settings.service_bus_namespace, _identity(settings), retry_total=2)


def _identity(settings: Settings) -> DefaultAzureCredential:
    return DefaultAzureCredential(managed_identity_client_id=settings.managed_identity_client_id or None)
