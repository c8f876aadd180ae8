"""restore: after a withdrawal, what was changed is put back from the image kept before the first write, and read back.

Everything is read before anything is written, because a call of the work that was called off may still take effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.decisions import losses
from shared.domain.decisions.restoration import Asks, Lost, PutBack, Restoration, Waits, is_ours
from shared.domain.decisions.restore import restorations
from shared.domain.errors import NoRelationshipError
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import count_of, first_of
from shared.pipeline.core.outcome import Again, Attention, Finish, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps.effects import DueAction, perform
from shared.pipeline.steps.gone import wait_for_second_look
from shared.pipeline.steps.inventory import refresh_subscriptions, take_inventory

WAVES = 4
"""Base, add-on, terms, suspension: each is seen before the next one follows."""
SHOWN_AT_MOST = 400
"""An event holds 256 KiB; the holdings of the record name every one."""
RESUME = "Resume to have it tried once more; what is refused then as well is listed as not restored."
NOTHING = "nothing had been changed"
GDAP = NotRestored(
    "delegated_admin",
    "Delegated admin relationships (GDAP)",
    None,
    "were ended, and nothing takes that back",
    "Ask the customer for a new delegated admin relationship, if it is needed.",
)


def restore(session: Session) -> Outcome:
    """Put back what can be put back, parents before what they carry; withdrawn when nothing more can be done."""
    try:
        take_inventory(session)
        for _ in range(WAVES):
            due = _due(session)
            if not due or not _write(session, due):
                break
    except NoRelationshipError:
        return _unreachable(session)
    return _outcome(session, _decided(session))


def withdrawn(session: Session, lost: Sequence[NotRestored] = ()) -> Reason:
    """The reason of the end, with what is not as it was kept in the head."""
    every = (*lost, GDAP) if session.offboarding.gdap_requested else tuple(lost)
    session.offboarding = replace(
        session.offboarding, not_restored=every[:SHOWN_AT_MOST], not_restored_count=len(every)
    )
    said = session.offboarding.withdrawal
    who = f"withdrawn by {said.by.name}: {said.why}" if said is not None else "withdrawn"
    if every:
        named = first_of((item.sentence for item in every), 3, "; ")
        text = f"{count_of(len(every), 'matter')} could not be put back: {named}"
        return Reason(
            ReasonCode.WITHDRAWN,
            f"{who}; {text}",
            "Buy or do again what could not be put back, if the customer needs it.",
        )
    changed = any(is_ours(record, session.situation) for record in session.records.values())
    how = "everything that was changed is as it was before" if changed else NOTHING
    return Reason(ReasonCode.WITHDRAWN, f"{who}; {how}")


def _decided(session: Session) -> dict[str, Restoration]:
    given_up = session.offboarding.has_word(ReasonCode.NOT_RESTORED)
    return restorations(session.situation, given_up=given_up)


def _due(session: Session) -> list[DueAction]:
    decided = _decided(session).items()
    return [DueAction(session.records[key], item.action) for key, item in decided if isinstance(item, PutBack)]


def _write(session: Session, due: Sequence[DueAction]) -> int:
    """How many calls were answered well. What waits for its parent is not due, so no order is needed among these."""
    accepted = perform(session, [item for item in due if not item.carried])
    accepted += perform(session, [item for item in due if item.carried])
    if accepted:
        refresh_subscriptions(session)
    return accepted


def _outcome(session: Session, decided: dict[str, Restoration]) -> Outcome:
    asks = [item for item in decided.values() if isinstance(item, Asks)]
    waits = [item for item in decided.values() if isinstance(item, Waits)]
    more = any(isinstance(item, PutBack) for item in decided.values())
    if waits or more:
        return _again(session, waits, asks, more=more)
    if asks:
        named = first_of((item.text for item in asks), 3, "; ")
        return Attention(ReasonCode.NOT_RESTORED, named, f"{asks[0].what_to_do} {RESUME}")
    return _finish(session, {key: item.item for key, item in decided.items() if isinstance(item, Lost)})


def _again(session: Session, waits: Sequence[Waits], asks: Sequence[Asks], *, more: bool) -> Again:
    """Until something is due, and at first soon: what is on its way shows within minutes as a rule. `more`: something
    could be put back now, and waits for no date."""
    pace, now, counters = session.services.pace, session.services.clock.now(), session.offboarding.counters
    session.offboarding = replace(session.offboarding, counters=counters.looked())
    dates = [item.until for item in waits if item.until is not None]
    if more or len(dates) < len(waits):
        dates.append(now + pace.looks.after(counters.rechecks))
    text = first_of((item.text for item in waits), 3, "; ") or "more is put back at once"
    reason = Reason(ReasonCode.RESTORING, f"what was changed is being put back: {text}")
    if asks:
        text = f"a person is needed: {asks[0].text}. Meanwhile {text}"
        reason = Reason(ReasonCode.NOT_RESTORED, text, asks[0].what_to_do)
    return Again(max(min(dates), now + pace.shortest_wait), reason, trouble=bool(asks))


def _unreachable(session: Session) -> Outcome:
    """The relationship has ended without us: two looks that agree, then what we changed is told as not restored."""
    waits = wait_for_second_look(session)
    if waits is not None:
        return waits
    ours = [record for record in session.records.values() if is_ours(record, session.situation)]
    return _finish(session, {record.holding.key: losses.relationship_gone(record) for record in ours})


def _finish(session: Session, lost: dict[str, NotRestored]) -> Finish:
    reason = withdrawn(session, tuple(lost.values()))
    session.note(TimelineEvent.RESTORED, reason.text)
    records = session.records
    session.save(holdings=[replace(records[key], not_restored=item) for key, item in lost.items()])
    return Finish(Status.WITHDRAWN, reason)
