"""How an offboarding stands after it was put back: held for a person, or ended as its evidence says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from shared.contracts.event_messages import event_message
from shared.domain.approval import Approval
from shared.domain.evidence.chain import Appender, moment
from shared.domain.evidence.entry import Entry
from shared.domain.evidence.kinds import EntryKind
from shared.domain.evidence.walk import Walked
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import Destination, OutboundMessage, TimelineEntry, Who
from shared.domain.offboarding.paid import SETTLES, refunds_of
from shared.domain.offboarding.record import Offboarding, Reason, Withdrawal
from shared.domain.offboarding.restored import RESTORE_CODES, Provenance, Restored
from shared.domain.offboarding.settled import Payment, Refunds, Settled
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor
from shared.domain.wording import stamp_to_the_second
from shared.pipeline.core.evidence import fresh_salt
from shared.pipeline.steps.restored import why_held
from shared.snapshots.lost import Ended, returned

READS_FIRST = frozenset({Stage.PLAN, Stage.VERIFY, Stage.RESTORE})
"""Stages that read everything before they write. What stood in another goes on from verify."""
APART = 1000
PER_SECOND = 10
"""How far the numbers of events, timeline entries and wake-ups jump: farther than those that were lost can have got,
so that nothing new has the id of something that was told before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The last write of a restore: the head, and what is stored with it."""

    head: Offboarding
    timeline: tuple[TimelineEntry, ...] = ()
    evidence: tuple[Entry, ...] = ()
    outbox: tuple[OutboundMessage, ...] = ()


def held(copied: Offboarding, restored: Restored, by: Actor, source: str) -> Standing:
    """For a person, who asks whether it still holds: what was said since the snapshot is not known. Also what says that
    it has ended, where that is not believed.

    What was approved by then may have been rejected since: where plans are approved, this one is again.
    """
    stage = copied.stage if copied.stage in READS_FIRST else Stage.VERIFY
    chain, entry = Appender(copied.id, fresh_salt).append(
        copied.evidence,
        EntryKind.NOTE,
        by,
        restored.at,
        {
            "what": TimelineEvent.RECORD_RESTORED.value,
            "snapshot": restored.snapshot,
            "takenAt": moment(restored.taken_at),
            "provenance": restored.provenance.value,
            **({"found": restored.found} if restored.found else {}),
        },
    )
    head = replace(
        _apart(copied, restored),
        status=Status.NEEDS_ATTENTION,
        stage=stage,
        next_attempt_at=restored.at + timedelta(days=1),
        evidence=chain,
        **_said(copied, restored, stage),
        asked=None,
        told=None,
        approval=None,
        rejected=copied.rejected or copied.approval is not None,
        agreed_renewals=(),
        seal=None,
        withdrawal=_of_before(copied.withdrawal, restored),
        restored=restored,
    )
    return _told(replace(head, reason=why_held(restored)), restored.at, by, source, (entry,))


def _said(copied: Offboarding, restored: Restored, stage: Stage) -> dict[str, Any]:
    """What people let go on, and when it began: of what nobody signed no word counts, and the grace period is anew."""
    if restored.provenance is Provenance.SIGNED:
        return {"words": tuple(code for code in copied.words if code not in RESTORE_CODES)}
    return {"words": (), "stopped_for": "", "begun_at": None if stage is Stage.PLAN else restored.at}


def _of_before(withdrawal: Withdrawal | None, restored: Restored) -> Withdrawal | None:
    """What was called off before the restore is no word about the restored record, whatever time it claims. What
    differs from its evidence has to be called off anew, by somebody who knows that."""
    if withdrawal is None or restored.provenance is Provenance.DIFFERS:
        return None
    return replace(withdrawal, at=min(withdrawal.at, restored.at - timedelta(microseconds=1)))


def ended(
    copied: Offboarding, found: Ended, records: Iterable[HoldingRecord], restored: Restored, by: Actor, source: str
) -> Standing:
    """As its evidence says. The outcome is told again, with the id that it has. `records` are of the snapshot: what is
    paid on at the end they do not say, nor what came back since."""
    since = stamp_to_the_second(restored.taken_at)
    text = f"the record was put back from a snapshot of {since}; its evidence says that it ended later as "
    text += f"{found.status.value}, at {stamp_to_the_second(found.at)}"
    head = replace(
        _apart(copied, restored),
        status=found.status,
        stage=None,
        reason=Reason(found.code, text),
        next_attempt_at=None,
        evidence=found.chain,
        seal=found.seal,
        paid_until=None if found.status in SETTLES else copied.paid_until,
        approval=_approval(copied.approval, found.approval),
        settled=Settled(Payment.NOT_READ, None, _refunds(records, found)) if found.status in SETTLES else None,
        restored=restored,
    )
    # How long personal data is kept counts from the end.
    return _told(replace(head, updated_at=found.at), restored.at, by, source, ())


def unsigned_end(copied: Offboarding, walked: Walked, restored: Restored) -> Offboarding:
    """What had ended, in a snapshot that nobody signed: its evidence proves how, and knows no dates and amounts."""
    returns = len(returned(walked))
    settled = Settled(Payment.NOT_READ, None, Refunds(returns=returns, untold=returns))
    return replace(copied, settled=settled if copied.status in SETTLES else None, restored=restored)


def _approval(known: Approval | None, told: Approval | None) -> Approval | None:
    """The evidence has the newest one, and the record the name of whom it knew already."""
    if known is None or told is None or known.digest != told.digest or not known.by.same(told.by):
        return told
    return replace(known, at=told.at)


def _refunds(records: Iterable[HoldingRecord], found: Ended) -> Refunds:
    """The returns that the evidence counts; the amounts that are known are those of the snapshot."""
    known = refunds_of(records)
    returns = max(known.returns, len(found.returned))
    return replace(known, returns=returns, untold=known.untold + returns - known.returns)


def _apart(copied: Offboarding, restored: Restored) -> Offboarding:
    lost = max(0, int((restored.at - restored.taken_at).total_seconds()))
    jump = APART + PER_SECOND * lost
    return replace(
        copied,
        updated_at=restored.at,
        claim=None,
        said=(),
        events=copied.events + jump,
        timeline_length=copied.timeline_length + jump,
        attempt=copied.attempt + jump,
    )


def _told(head: Offboarding, now: datetime, by: Actor, source: str, evidence: tuple[Entry, ...]) -> Standing:
    number = head.timeline_length + 1
    detail = head.reason.text if head.reason else ""
    entry = TimelineEntry(number, now, Who.OPERATOR, head.stage, TimelineEvent.RECORD_RESTORED.value, detail, by=by)
    head = replace(head, timeline_length=number).with_event()
    event = event_message(head, head.blockers, now, source, by)
    return Standing(head, (entry,), evidence, (event,))


def still_owed(outbox: list[OutboundMessage]) -> tuple[OutboundMessage, ...]:
    """Events and exports are owed again, with their ids; a wake-up of then wakes nothing."""
    return tuple(message for message in outbox if message.destination is not Destination.STAGE)
