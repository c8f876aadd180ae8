"""From an event or a digest to what is sent, with the id that stays the same in every try."""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from shared.contracts.events import Event
from shared.contracts.notification import (
    DigestData,
    DigestEntry,
    DigestEvent,
    Notification,
    NotificationHead,
)
from shared.domain.notices.burst import Digest, Entry
from shared.domain.notices.notice import Notice, Parcel
from shared.domain.wording import count_of, plain, shorten, stamp
from shared.notify.words import notice_of
from shared.version import VERSION


def console_link(console: str, offboarding_id: str) -> str:
    """The offboarding's page, "" where no console is known."""
    return f"{console}/console/offboardings/{offboarding_id}" if console else ""


def entry_of(event: Event) -> Entry:
    """What a digest keeps of an event."""
    title = shorten(notice_of(event, "").title, 160)
    return Entry(event.id, event.time, event.type.value, event.data.offboarding_id, title)


def event_parcel(event: Event, raw: bytes, console: str) -> Parcel:
    """A notice of its own, under the event's id."""
    notice = notice_of(event, console_link(console, event.data.offboarding_id))
    return Parcel(event.id, notice, raw.decode("utf-8"))


def digest_message(rule: str, number: int, due: datetime | None) -> Notification:
    """What makes a digest be sent, at once or when it is due."""
    return Notification(NotificationHead(rule=rule, digest=number, not_before=due))


def digest_parcel(rule: str, digest: Digest, console: str, source: str) -> Parcel:
    """Everything that was collected, under an id that follows from rule, number and content."""
    entries = sorted(digest.entries, key=lambda entry: (entry.at, entry.id))
    name = ",".join((rule, str(digest.number), *(entry.id for entry in entries)))
    identity = str(uuid5(NAMESPACE_URL, f"offboarding-digest/{source}/{name}"))
    lines = tuple(
        (f"{stamp(entry.at)}: {plain(entry.text)}", console_link(console, entry.offboarding_id)) for entry in entries
    )
    notice = Notice(
        title=f"{count_of(len(entries), 'message')} about offboardings",
        parts=(("Why", f"More happened at once than rule {rule} tells one by one, so it was collected."),),
        link=f"{console}/console" if console else "",
        entries=lines,
    )
    data = DigestData(
        rule=rule,
        entries=tuple(
            DigestEntry(
                id=entry.id, type=entry.kind, time=entry.at, offboarding_id=entry.offboarding_id, text=entry.text
            )
            for entry in entries
        ),
    )
    # The moment of the last entry, not of this try: a repetition has the same body.
    event = DigestEvent(id=identity, source=source, time=entries[-1].at, appversion=VERSION, data=data)
    return Parcel(identity, notice, event.to_json())
