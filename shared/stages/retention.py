"""retention: finished offboardings lose what is personal once they are old; ids, states, times and hashes stay.

What stays still answers that a request was made, what became of it and when, and that its id was used. The store knows
how long it keeps (OFFBOARDING_RETENTION_DAYS).
"""

from __future__ import annotations

import logging
from dataclasses import replace

from shared.domain.blockers import Blocker
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.ledger import HoldingRecord
from shared.domain.messages import TimelineEntry
from shared.domain.offboarding import Offboarding
from shared.ports.runtime import Change
from shared.stages.services import Services

log = logging.getLogger("offboarding")
AT_A_TIME = 20
FORGOTTEN = "(forgotten)"


def forget_expired(services: Services) -> int:
    """One round, bounded; returns how many were forgotten. One that fails does not stop the others."""
    forgotten = 0
    for identity in services.store.expired(services.clock.now(), AT_A_TIME):
        try:
            forgotten += _forget(identity, services)
        except ConcurrencyConflictError:
            log.info("changed while it was being forgotten; the next round decides", extra={"offboardingId": identity})
        except Exception:
            log.exception("forgetting failed; it is tried again in the next round", extra={"offboardingId": identity})
    return forgotten


def _forget(identity: str, services: Services) -> int:
    store = services.store
    stored = store.load(identity)
    # A message that is still owed is sent first: it is somebody's answer.
    if stored is None or not stored.offboarding.finished or store.outbox(identity):
        return 0
    records = tuple(without_names(record) for record in store.holdings(identity).values())
    entries = tuple(without_detail(entry) for entry in store.timeline(identity))
    store.forget(Change(without_person(stored.offboarding), stored.etag, records, entries))
    log.info("personal data forgotten", extra={"offboardingId": identity})
    return 1


def without_person(head: Offboarding) -> Offboarding:
    """Who asked, why, the customer's name and every sentence are gone; the customer's tenant id stays."""
    request = replace(head.request, requested_by=FORGOTTEN, reason=FORGOTTEN, domain=None, company_name=None)
    return replace(
        head,
        request=request,
        reason=replace(head.reason, text=FORGOTTEN, operator_action="") if head.reason else None,
        customer=replace(head.customer, company_name=FORGOTTEN, domain=FORGOTTEN) if head.customer else None,
        blockers=tuple(_blocker(item) for item in head.blockers),
        removal=replace(head.removal, detail="") if head.removal else None,
        proofs=tuple(replace(proof, detail="") for proof in head.proofs),
    )


def without_detail(entry: TimelineEntry) -> TimelineEntry:
    """What happened and when stays; the words, which may name people and companies, go."""
    return replace(entry, detail="")


def without_names(record: HoldingRecord) -> HoldingRecord:
    """Kind, state, dates and actions stay; names that the customer gave and the images of resources go."""
    return replace(
        record,
        holding=replace(record.holding, name="", note="", image=""),
        before_image="",
        actions=tuple(replace(action, detail="") for action in record.actions),
        blocker=_blocker(record.blocker) if record.blocker else None,
    )


def _blocker(blocker: Blocker) -> Blocker:
    return replace(blocker, name="", detail="", what_to_do="")
