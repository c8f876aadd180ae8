"""The gate's verdict on an inventory, recorded on the holdings and the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.blockers import Blocker, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.gate import Blockers, RemovalPermit, gate
from shared.domain.decisions.patience import blocked_since
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.inventory import Inventory
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import count_of, first_of
from shared.pipeline.core.evidence import verdict_data
from shared.pipeline.core.session import Session

SHOWN = 20
"""So many blockers stand in the head; the holdings have all of theirs."""


def judge(session: Session, inventory: Inventory) -> RemovalPermit | Blockers:
    """The gate's verdict, recorded on the holdings and the head."""
    verdict = gate(inventory, session.situation)
    blockers = verdict.items if isinstance(verdict, Blockers) else ()
    by_key = {blocker.key: blocker for blocker in blockers}
    now = session.services.clock.now()
    judged = [_with_blocker(record, by_key.get(key), now) for key, record in session.records.items()]
    changed = [record for record in judged if record is not session.records[record.holding.key]]
    paid_until = verdict.paid_until if isinstance(verdict, Blockers) else None
    session.offboarding = replace(
        session.offboarding, blockers=_shown(blockers), blocker_count=len(blockers), paid_until=paid_until
    )
    planned = sum(item.action is not None for item in decide_all(session.situation).values())
    session.note(TimelineEvent.GATE, _summary(planned, blockers))
    session.record(EntryKind.VERDICT, verdict_data(inventory, blockers))
    session.save(holdings=changed)
    return verdict


def _shown(blockers: tuple[Blocker, ...]) -> tuple[Blocker, ...]:
    """The first of them; where there are more, those that ask a person and those without a known end before the others,
    and one of either for certain: who has to act, and what is paid on, is told from what the head keeps."""
    if len(blockers) <= SHOWN:
        return blockers
    person = next((item for item in blockers if item.remedy is Remedy.PERSON), None)
    endless = next((item for item in blockers if item.endless), None)

    def place(item: Blocker) -> tuple[bool, bool, bool]:
        return item is not person and item is not endless, item.remedy is not Remedy.PERSON, not item.endless

    return tuple(sorted(blockers, key=place))[:SHOWN]


def hold(session: Session, asks: Mapping[str, Blocker]) -> None:
    """These blockers (by holding) in place of what the gate said of the same holdings, on the holdings and the head."""
    head, now = session.offboarding, session.services.clock.now()
    known = {item.key for item in head.blockers}
    more = [item for key, item in asks.items() if key not in known]
    unseen = sum(session.records[key].blocker is None for key in asks)
    shown = _shown((*(asks.get(item.key, item) for item in head.blockers), *more))
    session.offboarding = replace(head, blockers=shown, blocker_count=head.blocker_count + unseen)
    session.save(holdings=[_with_blocker(session.records[key], item, now) for key, item in asks.items()])


def _with_blocker(record: HoldingRecord, blocker: Blocker | None, now: datetime) -> HoldingRecord:
    if record.blocker == blocker:
        return record
    return replace(record, blocker=blocker, blocked_since=blocked_since(record, blocker, now))


def _summary(planned: int, blockers: tuple[Blocker, ...]) -> str:
    """What is planned anyway is no obstacle: it is counted apart from what is in the way.

    `planned` counts what the plan counts: a commitment that is set to end with its term is a step, and in the way."""
    others = [item.sentence for item in blockers if item.remedy is not Remedy.PIPELINE]
    steps = f"{count_of(planned, 'step')} planned" if planned else "nothing left to do"
    if not others:
        return f"{steps}, nothing in the way"
    return f"{steps}; in the way: {first_of(others, 5, '; ')}"
