"""What tells people, built from settings at the first message. Light, as the bootstrap is."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from shared.composition import bootstrap

if TYPE_CHECKING:
    from shared.composition.settings import Settings
    from shared.notify.notifier import Notifier
    from shared.ports.bus import Bus
    from shared.ports.clock import Clock
    from shared.ports.store import OffboardingStore

MAIL_SCOPE = "https://communication.azure.com/.default"
_lock = threading.Lock()
_notifier: Notifier | None = None


def notifier() -> Notifier:
    """Of this process, built at the first call; raises SettingsError with every problem."""
    from shared.composition.settings import read_settings

    global _notifier
    with _lock:
        if _notifier is None:
            services = bootstrap.services()
            _notifier = assemble(read_settings(os.environ), services.store, services.bus, services.clock)
        return _notifier


def assemble(settings: Settings, store: OffboardingStore, bus: Bus, clock: Clock) -> Notifier:
    """Around given runtime parts: a test brings its own."""
    from shared.adapters.notices.channels import HttpChannels, Place
    from shared.adapters.notices.post import Post
    from shared.composition.connections import identity_of
    from shared.notify.notifier import Notifier

    wanted = settings.notices
    places = {target: Place(own.url, own.keys, own.recipients) for target, own in wanted.targets.items()}

    def token() -> str:
        return identity_of(settings).get_token(MAIL_SCOPE).token

    channels = HttpChannels(places, Post(wanted.hosts), wanted.sender, token, clock.machine)
    return Notifier(wanted.rules, channels, store, bus, clock, wanted.console, settings.event_source)
