"""The page of one customer: where it stands, what comes next, what was done, and what this person may decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from shared.console.bars import Chart, chart
from shared.console.buttons import Buttons, buttons
from shared.console.standing import Standing, standing, typed_word
from shared.console.visitor import Visitor
from shared.contracts.etags import header_etag
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Remedy
from shared.domain.decisions.overrides import naming
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.planned_steps import DELEGATED_ADMIN, RELATIONSHIP, PlannedStep, planned_steps
from shared.domain.decisions.planned_work import PlannedWork, planned_work
from shared.domain.decisions.renewals import OTHER_WAYS, PAID_AGAIN, Renewal, renewals_before
from shared.domain.decisions.undo import Undo, undo_of
from shared.domain.explained.happenings import EVENTS
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.messages import TimelineEntry
from shared.domain.offboarding.paid import Paid, as_told
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.stops import stops_at_once
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import may_have_changed
from shared.report.facts import Facts, facts_of

ORDER = (Stage.PLAN, Stage.SUSPEND, Stage.CANCEL, Stage.VERIFY, Stage.REMOVE, Stage.CONFIRM)
ENTRIES = 400
"""So many of the newest lines of the timeline; the evidence has all of them."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One stage of the track. `state`: done, now, later, or skipped."""

    stage: str
    state: str
    sign: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    at: datetime
    who: str
    what: str
    detail: str
    holding: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """The lines of one stage in a row."""

    stage: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LastStep:
    """What is done to no holding: the end of delegated administration, and of the relationship."""

    what: str
    how: str
    when: str


@dataclass(frozen=True, slots=True)
class One:
    """What the page shows."""

    head: Offboarding
    name: str
    domain: str
    typed_word: str
    standing: Standing
    track: tuple[Leg, ...]
    facts: Facts
    paid: Paid
    planned: tuple[PlannedWork, ...]
    stops: str
    last_steps: tuple[LastStep, ...]
    added: tuple[str, ...]
    blockers: tuple[Blocker, ...]
    chart: Chart | None
    chapters: tuple[Chapter, ...]
    left_out: int
    buttons: Buttons
    renews: tuple[Renewal, ...]
    expired: bool
    put_back: tuple[str, ...]
    stays: tuple[str, ...]
    etag: str
    digest: str
    paid_again: str = PAID_AGAIN
    other_ways: str = OTHER_WAYS

    def advice(self, blocker: Blocker) -> str:
        """What to do about it, with the id of this offboarding where a command is named."""
        return naming(blocker.what_to_do, self.head.id)


def one(offboarding_id: str, visitor: Visitor, services: Services) -> One | None:
    """The page as of now; None when there is no such offboarding."""
    stored = services.store.load(offboarding_id)
    if stored is None:
        return None
    head, session, now = stored.offboarding, Session(stored, services), services.clock.now()
    timeline = services.store.timeline(offboarding_id)
    situation, records = session.situation, session.records
    live = head.plan is not None and not head.finished and head.withdrawal is None
    stops = stops_at_once(head)
    show_plan = live or (head.status is Status.PLANNED and not stops)
    steps = planned_steps(situation) if live else ()
    planned = planned_work(situation, head.request.not_before) if show_plan else ()
    done_by_itself = {work.key for work in planned if work.actions}
    undo = undo_of(situation) if not (head.finished or head.withdrawal or head.unproven) else {}
    facts = facts_of(head, records, timeline, now)
    found = [(key, record.blocker) for key, record in records.items() if record.blocker is not None]
    held = [item for key, item in found if key not in done_by_itself or item.remedy is Remedy.PERSON]
    held = [item for item in held if item.remedy is not Remedy.PIPELINE] if stops else held
    others = [item for item in head.blockers if item.key not in records]
    return One(
        head=head,
        name=name_of(head),
        domain=domain_of(head),
        typed_word=typed_word(head),
        standing=standing(head),
        track=track(head, timeline),
        facts=facts,
        planned=planned,
        paid=facts.paid,
        stops=stops,
        last_steps=tuple(_last_steps(planned_steps(situation))) if show_plan else (),
        added=_beyond(head, steps, records),
        blockers=tuple(as_told(head, item, records.get(item.key)) for item in [*held, *others]),
        chart=chart(records, now),
        chapters=tuple(_chapters(timeline[-ENTRIES:])),
        left_out=max(0, len(timeline) - ENTRIES),
        buttons=buttons(session, visitor),
        renews=renewals_by_resume(session),
        expired=_expired(session),
        put_back=_named(session, undo, Undo.PUT_BACK),
        stays=_named(session, undo, Undo.STAYS),
        etag=header_etag(stored.etag),
        digest=head.plan.digest if head.plan is not None else "",
    )


def renewals_by_resume(session: Session) -> tuple[Renewal, ...]:
    """What a resume would let renew, where that is what is asked."""
    head, start = session.offboarding, session.offboarding.request.not_before
    asked = head.status is Status.NEEDS_ATTENTION and head.reason is not None
    if start is None or head.reason is None or not asked or head.reason.code is not ReasonCode.RENEWS_BEFORE_START:
        return ()
    return renewals_before(session.situation, start)


def _expired(session: Session) -> bool:
    """The newest approval is too old to begin with, and nothing was begun with it."""
    approval, services = session.offboarding.approval, session.services
    if approval is None or session.offboarding.finished or may_have_changed(session):
        return False
    return approval.expired(services.approval, services.clock.now())


def _named(session: Session, undo: Mapping[str, Undo], word: Undo) -> tuple[str, ...]:
    return tuple(session.records[key].holding.name for key, found in undo.items() if found is word)


def track(head: Offboarding, timeline: Sequence[TimelineEntry]) -> tuple[Leg, ...]:
    """The stages in their order: what is behind, where it is, what is to come. What has ended goes no further."""
    seen = {entry.stage for entry in timeline}
    stages = (*ORDER, Stage.RESTORE) if head.withdrawal is not None else ORDER
    place = stages.index(head.stage) if head.stage in stages else None
    legs = []
    for number, stage in enumerate(stages):
        if place is not None:
            passed = number < place and stage in seen
            state = "now" if number == place else "done" if passed else "later" if number > place else "skipped"
        else:
            state = "done" if stage in seen else "skipped" if head.finished else "later"
        legs.append(Leg(stage.value, state, _SIGNS[state]))
    return tuple(legs)


_SIGNS = {
    "done": "\N{CHECK MARK}",
    "now": "\N{CIRCLE WITH LEFT HALF BLACK}",
    "later": "\N{WHITE CIRCLE}",
    "skipped": "\N{EN DASH}",
}


def _last_steps(steps: Iterable[PlannedStep]) -> Iterable[LastStep]:
    keys = {step.key for step in steps}
    when = "when nothing is active any more"
    if DELEGATED_ADMIN in keys:
        yield LastStep("Delegated administration (GDAP)", "end", when)
    if RELATIONSHIP in keys:
        yield LastStep("The reseller relationship", "remove; the customer can accept a new one", when)


def _beyond(head: Offboarding, steps: Iterable[PlannedStep], records: Mapping[str, HoldingRecord]) -> tuple[str, ...]:
    """What the plan has since the last approval, as sentences for people."""
    if head.approval is None:
        return ()
    names = {key: record.holding.name for key, record in records.items()}
    names |= {RELATIONSHIP: "the reseller relationship", DELEGATED_ADMIN: "delegated administration (GDAP)"}
    phrases = {kind.value: phrase for kind, phrase in PHRASES.items()}
    return tuple(
        f"{names.get(step.key, step.key)}: {phrases.get(step.action, step.action)}"
        for step in head.approval.lacks(steps)
    )


def _chapters(timeline: Sequence[TimelineEntry]) -> Iterable[Chapter]:
    """The newest first."""
    for stage, entries in groupby(reversed(timeline), key=lambda entry: entry.stage):
        yield Chapter(stage.value if stage else "people and timers", tuple(_line(entry) for entry in entries))


def _plainly(what: str) -> str:
    """A move to another state, or a step of an action, by its words: `state.waiting.verify`, `cancel.accepted`."""
    first, _, rest = what.partition(".")
    words = rest.replace(".", ", ").rstrip(", ") if first == "state" else what.replace(".", ": ")
    return ("Now: " if first == "state" else "") + words.replace("_", " ")


def _line(entry: TimelineEntry) -> Line:
    known = entry.what in list(TimelineEvent)
    what = EVENTS[TimelineEvent(entry.what)] if known else _plainly(entry.what)
    answer = f" ({entry.status})" if entry.status is not None else ""
    who = entry.by.name if entry.by is not None else entry.actor.value
    return Line(entry.at, who, what + answer, entry.detail, entry.holding or "")
