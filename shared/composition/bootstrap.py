"""The parts of this process, built from settings at the first use.

The entry points import this at start, so it is light: what builds the parts is imported when they are first asked for,
and a host that wants to know which functions there are does not wait for it.
"""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from shared.composition.authentication import HOSTNAME, authentication_on
from shared.version import VERSION

if TYPE_CHECKING:
    from shared.composition.doctor.probe import Probe
    from shared.operations.front_door import FrontDoor
    from shared.pipeline.core.services import Services
    from shared.ports.shelf import Shelf

log = logging.getLogger("offboarding")
DOCTORS_PATIENCE = timedelta(seconds=5)
"""How long one call of the doctor may wait for bytes."""
BEGAN = datetime.now(UTC)
"""When this process did, near enough (machine time)."""
_lock = threading.Lock()
_TELEMETRY = "OFFBOARDING_TELEMETRY"
_telling = False
_services: Services | None = None
_front_door: FrontDoor | None = None


def services() -> Services:
    """The services of this process, built at the first call; raises SettingsError with every problem.

    Says once what has started: whoever reads a log of last month sees which version acted, and in which mode.
    """
    from shared.composition.assembly import build
    from shared.composition.settings import read_settings
    from shared.domain.approval import ApprovalRule, who_approves

    global _services
    with _lock:
        if _services is None:
            settings = read_settings(os.environ)
            _services = build(settings)
            mode, store = settings.mode.value, settings.store.kind.value
            text = "offboarding pipeline %s started: mode %s, store %s"
            log.info(text, VERSION, mode, store, extra={"event": "started"})
            rule = settings.approval.rule
            log.log(logging.WARNING if rule is ApprovalRule.NEVER else logging.INFO, "%s", who_approves(rule))
        return _services


def tell() -> None:
    """Switch on the telemetry that is set, at the first invocation; where none is, nothing is imported for it.

    A process that cannot tell works all the same. Wrong settings are refused with the others, by whoever needs them.
    """
    global _telling
    if _telling or os.environ.get(_TELEMETRY, "").strip().lower() in ("", "off"):
        return
    from shared.composition.exporting import providers_of, switch_on
    from shared.composition.settings.reader import Reader
    from shared.composition.settings.telemetry import read_telemetry

    with _lock:
        if _telling:
            return
        _telling = True
        reader = Reader(os.environ)
        settings = read_telemetry(reader)
        try:
            providers = None if reader.problems else providers_of(settings)
        except Exception as error:  # whatever a library makes of a connection string
            log.error("no telemetry is exported: %s", type(error).__name__)
            return
        if providers is not None:
            switch_on(providers)


def snapshots() -> Shelf | None:
    """Where snapshots go, None where none are taken; raises SettingsError with every problem."""
    from shared.composition.assembly import snapshot_shelf
    from shared.composition.settings import read_settings

    return snapshot_shelf(read_settings(os.environ))


def front_door() -> FrontDoor:
    """Who may come in over HTTP, built at the first call; raises SettingsError with every problem."""
    from shared.adapters.http.transport import pooled_session
    from shared.adapters.platform import OwnPlatform
    from shared.composition.settings import read_settings
    from shared.operations.front_door import FrontDoor

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
    from shared.adapters.http.transport import pooled_session
    from shared.adapters.service_bus import EntityNames
    from shared.adapters.throttles import SharedThrottles
    from shared.composition.assembly import bus_client
    from shared.composition.connections import connect, vault_of
    from shared.composition.doctor.platform import unreachable
    from shared.composition.doctor.probe import Probe
    from shared.composition.settings import read_settings
    from shared.domain.errors import UnavailableError

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
    return Probe(settings, parts, running.store, running.clock.machine, lost, letters, running.clock.now, BEGAN)


def people_sign_in() -> bool:
    """Whether App Service Authentication is on, for whoever has to know it before anything is built."""
    return authentication_on(os.environ)


def own_host() -> str:
    """The host that the platform says this app has, "" where there is no platform."""
    return os.environ.get(HOSTNAME, "").strip()
