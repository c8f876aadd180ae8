"""retention: finished offboardings lose what is personal once they are old; ids, states, times and hashes stay.

What stays still answers that a request was made, what became of it and when, and that its id was used. The store knows
how long it keeps (OFFBOARDING_RETENTION_DAYS).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from shared.domain.approval import Approval
from shared.domain.decisions.blockers import Blocker
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.evidence.chain import Data
from shared.domain.evidence.entry import Aside
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.ledger import HoldingRecord, Override
from shared.domain.offboarding.called import FORGOTTEN
from shared.domain.offboarding.messages import TimelineEntry, Who
from shared.domain.offboarding.record import Offboarding, Withdrawal
from shared.domain.people.actor import Actor
from shared.pipeline.core.export import owed_export
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.ports.store import Change, Stored

log = logging.getLogger("offboarding")
AT_A_TIME = 20


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
    if not stored.offboarding.erased and (asides := store.asides(identity)):
        _announce(stored, asides, services)
        # The longer chain is signed and exported before anything goes; what fails is tried in the next round.
        stored = store.load(identity) if drain(services, identity) else None
        if stored is None:
            return 0
    records = tuple(without_names(record) for record in store.holdings(identity).values())
    entries = tuple(without_detail(entry) for entry in store.timeline(identity))
    store.forget(Change(without_person(stored.offboarding), stored.etag, records, entries))
    log.info("personal data forgotten", extra={"offboardingId": identity})
    return 1


def _announce(stored: Stored, asides: Sequence[Aside], services: Services) -> None:
    """The evidence says first what is deleted from beside it."""
    fields: dict[int, list[str]] = {}
    for aside in asides:
        fields.setdefault(aside.seq, []).append(aside.field)
    session = Session(stored, services, Who.SWEEPER)
    entries: list[Data] = [{"seq": seq, "fields": names} for seq, names in fields.items()]
    session.record(EntryKind.ERASURE, {"entries": entries})
    owed = owed_export(session.offboarding, services, services.clock.now())
    session.save(replace(session.offboarding, erased=True), outbox=owed)


def without_person(head: Offboarding) -> Offboarding:
    """Who asked, why, the customer's name and every sentence are gone; the customer's tenant id stays."""
    request = replace(
        head.request,
        requested_by=FORGOTTEN,
        reason=FORGOTTEN,
        domain=None,
        company_name=None,
        approval_reference=FORGOTTEN if head.request.approval_reference else None,
    )
    return replace(
        head,
        request=request,
        reason=replace(head.reason, text=FORGOTTEN, operator_action="") if head.reason else None,
        customer=replace(head.customer, company_name=FORGOTTEN, domain=FORGOTTEN) if head.customer else None,
        blockers=tuple(_blocker(item) for item in head.blockers),
        removal=replace(head.removal, detail="") if head.removal else None,
        proofs=tuple(replace(proof, detail="") for proof in head.proofs),
        approval=_unnamed(head.approval) if head.approval else None,
        survivors=(),
        withdrawal=_withdrawal(head.withdrawal) if head.withdrawal else None,
        not_restored=(),
        stopped_for="",
        requester=_nameless(head.requester),
        said=(),
        done_once=(),
    )


def without_detail(entry: TimelineEntry) -> TimelineEntry:
    """What happened and when stays; the words, which may name people and companies, go."""
    return replace(entry, detail="", by=_nameless(entry.by))


def without_names(record: HoldingRecord) -> HoldingRecord:
    """Kind, state, dates and actions stay; names that the customer gave and the images of resources go."""
    return replace(
        record,
        holding=replace(record.holding, name="", note="", image=""),
        before_image="",
        actions=tuple(replace(action, detail="") for action in record.actions),
        blocker=_blocker(record.blocker) if record.blocker else None,
        override=_override(record.override) if record.override else None,
        not_restored=None,
    )


def _override(said: Override) -> Override:
    return replace(said, by=FORGOTTEN, why=FORGOTTEN, actor=_nameless(said.actor))


def _unnamed(approval: Approval) -> Approval:
    return replace(approval, by=replace(approval.by, name=FORGOTTEN), why=FORGOTTEN)


def _nameless(actor: Actor | None) -> Actor | None:
    """The id stays, as other ids do; it leads to a name only for whoever can ask Entra."""
    return replace(actor, name=FORGOTTEN) if actor else None


def _withdrawal(said: Withdrawal) -> Withdrawal:
    return replace(said, by=replace(said.by, name=FORGOTTEN), why=FORGOTTEN)


def _blocker(blocker: Blocker) -> Blocker:
    return replace(blocker, name="", detail="", what_to_do="")
