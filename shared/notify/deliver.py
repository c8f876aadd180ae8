"""One message of the queue to its channel: alone, collected, or as a digest.

Decide, store, send, store: dying anywhere in between repeats the message, and the repetition finds the same decision.
A receiver may get a notice twice, always under one id.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.contracts.batch import KeptBatch, row_name
from shared.contracts.events import Event
from shared.contracts.notification import Notification, parse_event, parse_notification
from shared.domain.errors import InvalidRequestError, UnavailableError
from shared.domain.notices.burst import (
    FULL,
    MOST_KEPT,
    Digest,
    How,
    Told,
    close,
    decide,
    digest_of,
    told_alone,
    told_together,
)
from shared.domain.notices.notice import Parcel
from shared.domain.notices.rules import Rule
from shared.domain.notices.tries import wait_after
from shared.notify.memory import change
from shared.notify.notifier import Notifier
from shared.notify.parcels import digest_message, digest_parcel, entry_of, event_parcel
from shared.ports.notices import NotSent

log = logging.getLogger("offboarding")
BUS, NOTIFICATIONS = "service_bus", "notifications"
STORE_PAUSE = timedelta(minutes=1)
SLACK = timedelta(seconds=1)
"""How much earlier than asked a scheduled message may arrive: brokers round."""


def deliver(body: bytes, notifier: Notifier) -> None:
    """Deal with one message of the queue.

    Raises UnavailableError when the bus cannot be reached, and when the last try failed: the queue then delivers it
    some more times and keeps it among its dead letters, which raises an alert.
    """
    try:
        what = parse_notification(body)
        rule = notifier.rules.get(what.head.rule)
        if rule is None:
            log.warning("a notification of rule %s was dropped: the settings have no such rule", what.head.rule)
            return
        event = parse_event(what.event) if what.event else None
    except InvalidRequestError as error:
        log.warning("a message on the queue of notifications was dropped: %s", error)
        return
    name = event.id if event is not None else f"digest-{what.head.digest}"
    job = _Job(what, name, rule, notifier)
    try:
        job.do(event)
    except UnavailableError as error:
        if error.service in (BUS, NOTIFICATIONS):
            raise
        # Not raised: the queue would deliver it again at once, and give up in a second.
        log.warning("%s; rule %s tries again in %s", error, rule.name, STORE_PAUSE)
        notifier.put_back(what, name, notifier.clock.now() + STORE_PAUSE)


@dataclass(frozen=True, slots=True)
class _Job:
    """One message with its rule. `name` is that of its event or digest."""

    what: Notification
    name: str
    rule: Rule
    notifier: Notifier

    def do(self, event: Event | None) -> None:
        until = self.what.head.not_before
        if until is not None and until > self.notifier.clock.now() + SLACK:
            self.notifier.put_back(self.what, self.name, until)
        elif event is not None:
            if self._of_its_batches(event):
                self._tell(event)
        elif self.what.head.digest is not None:
            self._tell_together(self.what.head.digest)

    def _of_its_batches(self, event: Event) -> bool:
        """What was there before it was sent in a batch names another one, or none: the batch remembers it."""
        if not self.rule.batches or event.data.batch_id in self.rule.batches:
            return True
        rows = (self.notifier.store.shared_row(row_name(batch)) for batch in sorted(self.rule.batches))
        items = (item for row in rows if row is not None for item in KeptBatch.of(row.text).items)
        return any(item.request_id == event.data.request_id for item in items)

    def _tell(self, event: Event) -> None:
        entry, now = entry_of(event), self.notifier.clock.now()

        def decided(told: Told) -> tuple[Told, tuple[How, Told]]:
            after, how = decide(told, entry, self.rule.burst, now)
            return after, (how, after)

        how, told = change(self.rule.name, decided, self.notifier)
        if how is How.NO_ROOM:
            self._failed(NotSent(f"{MOST_KEPT} collected notices wait to be sent"), event.id)
        elif how is How.COLLECTED:
            self._owe_digest(told)
        elif how is How.ALONE and self._sent(event_parcel(event, self.what.event, self.notifier.console)):
            change(self.rule.name, lambda told: (told_alone(told, event.id), None), self.notifier)

    def _owe_digest(self, told: Told) -> None:
        """Each event that joins a digest owes it its message again; the queue drops that within the hour."""
        if told.due is None:
            return
        message = digest_message(self.rule.name, told.number, told.due)
        self.notifier.send(message, f"digest-{told.number}")
        if len(told.collected) >= FULL:
            self.notifier.send(digest_message(self.rule.name, told.number, None), f"digest-{told.number}-full")

    def _tell_together(self, number: int) -> None:
        def closed(told: Told) -> tuple[Told, tuple[Digest | None, datetime | None]]:
            after = close(told, number, self.notifier.clock.now() + SLACK)
            return after, (digest_of(after, number), after.due if after.number == number else None)

        digest, due = change(self.rule.name, closed, self.notifier)
        if due is not None:
            self.notifier.put_back(self.what, self.name, due)
        if digest is None:
            return  # sent before
        if self._sent(digest_parcel(self.rule.name, digest, self.notifier.console, self.notifier.source)):
            change(self.rule.name, lambda told: (told_together(told, number), None), self.notifier)

    def _sent(self, parcel: Parcel) -> bool:
        """Whether the receiver took it; if not, it is owed another try."""
        now, target = self.notifier.clock.now(), self.rule.target
        held = self.notifier.store.holds().get(f"{NOTIFICATIONS} {target}")
        if held is not None and held > now + SLACK:
            self.notifier.put_back(self.what, self.name, held)  # not a try: nothing was asked
            return False
        failed = self.notifier.channels.send(target, parcel)
        if failed is None:
            log.info("rule %s told %s: %s", self.rule.name, target, parcel.id)
            return True
        self._failed(failed, parcel.id)
        return False

    def _failed(self, failed: NotSent, identity: str) -> None:
        attempt, now, target = self.what.head.attempt, self.notifier.clock.now(), self.rule.target
        wait = wait_after(attempt, failed.retry_after)
        text = f"rule {self.rule.name} could not tell {target} of {identity}: {failed.why}"
        if wait is None:
            raise UnavailableError(f"{text}; that was try {attempt}, the last one", service=NOTIFICATIONS)
        log.warning("%s; tried again in %s", text, wait)
        if failed.retry_after:
            self.notifier.store.hold(f"{NOTIFICATIONS} {target}", now + wait)
        self.notifier.put_back(self.what, self.name, now + wait, failed=True)
