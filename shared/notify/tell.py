"""From one event to a message for each rule that wants it. Nothing leaves the house here.

Each rule has messages of its own, so that a channel that fails, or waits, concerns no other
(docs/decisions/0019-notifications.md).
"""

from __future__ import annotations

import logging

from shared.contracts.notification import Notification, NotificationHead, parse_event
from shared.domain.errors import InvalidRequestError
from shared.notify.notifier import Notifier

log = logging.getLogger("offboarding")


def tell(body: bytes, notifier: Notifier) -> None:
    """Hand one event to its rules; raises UnavailableError when the bus cannot be reached.

    Nothing else can fail here: what a subscription gives up is on no alert, what the queue gives up is.
    Repeated, it sends the same ids again, which the queue drops; what passes all the same, the rule's row knows.
    """
    if not notifier.rules:
        return
    try:
        event = parse_event(body)
    except InvalidRequestError as error:
        # Completed, not raised: what cannot be read now can never be read.
        log.warning("an event was not told to anybody: %s", error)
        return
    customer = event.data.customer
    for rule in notifier.rules.values():
        if rule.wants(event.type.value, customer.tenant_id or "", customer.domain or ""):
            notifier.send(Notification(NotificationHead(rule=rule.name), body), event.id)
