"""What telling people needs: rules, channels, and the app's own store, bus and clock."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.contracts.notification import CONTENT_TYPE, Notification
from shared.domain.notices.rules import Rule
from shared.domain.offboarding.identifiers import LOCAL_SOURCE
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.pace import Pace
from shared.ports.bus import Bus
from shared.ports.clock import Clock
from shared.ports.notices import Channels
from shared.ports.store import OffboardingStore

LONGEST_SCHEDULED = Pace().longest_scheduled


@dataclass(frozen=True, slots=True)
class Notifier:
    """Built once by the composition or by a test. `console`: base address of the console, empty where none is known.
    `source`: the deployment, as its events name it."""

    rules: Mapping[str, Rule]
    channels: Channels
    store: OffboardingStore
    bus: Bus
    clock: Clock
    console: str = ""
    source: str = LOCAL_SOURCE
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while a rule's row changes, so that the threads of one process do not race for it."""

    def send(self, what: Notification, name: str) -> None:
        """Put one message on the queue, to be seen at its `not_before` or at once; raises UnavailableError.

        `name` says what it is about. Sent twice within the hour it is there once: id and hop follow from what was read.
        """
        head, now = what.head, self.clock.now()
        # Longer waits would hide other messages from the scaler (docs/decisions/0017-what-the-scaler-may-read.md).
        at = min(head.not_before, now + LONGEST_SCHEDULED) if head.not_before is not None else None
        message = OutboundMessage(
            id=f"{head.rule}:{name}:{head.attempt}:{head.hop}",
            destination=Destination.NOTIFICATIONS,
            body=what.to_bytes(),
            created_at=now,
            subject=head.rule,
            content_type=CONTENT_TYPE,
            scheduled_at=at,
        )
        self.bus.send([message])

    def put_back(self, what: Notification, name: str, until: datetime, *, failed: bool = False) -> None:
        """What was on the queue, to be seen at `until` (business time); `failed`: the next time is another try."""
        head = what.head
        changed = {"hop": head.hop + 1, "not_before": until, "attempt": head.attempt + (1 if failed else 0)}
        self.send(Notification(head.model_copy(update=changed), what.event), name)
