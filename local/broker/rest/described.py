"""An entity as its manager sees it: an Atom entry with the counts of its messages.

https://learn.microsoft.com/rest/api/servicebus/get-queue; whoever may only send or receive is refused this by Service
Bus. Here every key may manage, as RootManageSharedAccessKey may.
"""

from __future__ import annotations

from http import HTTPStatus
from xml.sax.saxutils import escape

from local.broker.engine.namespace import DEAD_LETTER_SUFFIX, Entity, Namespace
from local.broker.rest.answer import ENTRY, Answer

_ATOM = "http://www.w3.org/2005/Atom"
_DESCRIPTION = "http://schemas.microsoft.com/netservices/2010/10/servicebus/connect"
_COUNTS = "http://schemas.microsoft.com/netservices/2011/06/servicebus"


def described(namespace: Namespace, entity: Entity) -> Answer:
    """Active messages (locked ones included), scheduled ones and dead letters; no other property."""
    dead = namespace.find(f"{entity.path}{DEAD_LETTER_SUFFIX}")
    counts = {
        "ActiveMessageCount": 0 if entity.queue is None else len(entity.queue.messages),
        "DeadLetterMessageCount": 0 if dead is None or dead.queue is None else len(dead.queue.messages),
        "ScheduledMessageCount": 0 if entity.intake is None else len(entity.intake.scheduled),
    }
    shown = "".join(f"<d:{name}>{count}</d:{name}>" for name, count in counts.items())
    inner = (
        f'<CountDetails xmlns:d="{_COUNTS}">{shown}</CountDetails><MessageCount>{sum(counts.values())}</MessageCount>'
    )
    content = f'<QueueDescription xmlns="{_DESCRIPTION}">{inner}</QueueDescription>'
    title = f'<title type="text">{escape(entity.path)}</title><content type="application/xml">{content}</content>'
    return Answer(HTTPStatus.OK, (), f'<entry xmlns="{_ATOM}">{title}</entry>'.encode(), ENTRY)
