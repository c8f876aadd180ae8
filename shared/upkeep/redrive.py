"""redrive: a person removed the cause, and what was given up goes on. Nothing is lost, nothing is done twice.

No message is put back as it was: within an hour its queue would drop it as a duplicate. A request is taken in, which is
once for each request id; of a wake-up the store knows what it was for, so its offboarding gets a new one, or is resumed
where the watcher has marked it. Then the letter says nothing any more, so dying before its removal does no harm.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from shared.contracts.redrive import QUEUES, Redriven, RedrivenQueue, RedriveV1
from shared.contracts.wake_up import parse_wake_up
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, OffboardingError
from shared.domain.evidence.entry import Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.offboarding.messages import WakeUp, Who
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor
from shared.operations.resume import NotResumableError, resume
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.transition import Step, intervene
from shared.pipeline.words import is_worked_on
from shared.ports.bus import DeadLetter
from shared.ports.store import Filter, Stored
from shared.upkeep.dead_letters import watch_request

log = logging.getLogger("offboarding")
LONGEST = 100.0
"""Seconds after which the rest is left to the next call; Azure's front end ends one after 230 s."""
PAGES = 100


class Fate(Enum):
    """What became of a letter: its work goes on, none was left, or it stays where it is."""

    REDRIVEN = auto()
    SETTLED = auto()
    LEFT = auto()


@dataclass(slots=True)
class _Round:
    """One call: who asks and why, what it may still do, and what it did by queue."""

    by: Actor
    why: str
    services: Services
    room: int
    ends: float
    fates: Counter[tuple[str, Fate]]

    @property
    def over(self) -> bool:
        return self.room <= 0 or self.services.clock.monotonic() >= self.ends

    def count(self, queue: str, fate: Fate) -> Fate:
        self.fates[queue, fate] += 1
        self.room -= fate is not Fate.LEFT
        return fate


def redrive(wanted: RedriveV1, by: Actor, services: Services) -> Redriven:
    """Deal with what was given up on the wanted queues, and with offboardings that were marked for it.

    A queue that cannot be read holds up no other, and says so in the answer.
    """
    # A third of a claim: functionTimeout, which ends before one, may be short.
    ends = services.clock.monotonic() + min(LONGEST, services.pace.claim / timedelta(seconds=3))
    work = _Round(by, wanted.reason, services, wanted.max, ends, Counter())
    queues = {name: stage for name, stage in QUEUES.items() if wanted.queue in (None, name)}
    troubles = {name: _letters(name, stage, work) for name, stage in queues.items() if not work.over}
    _marked(queues, work)
    told = tuple(_told(name, work, troubles.get(name, "")) for name in queues)
    done = sum(queue.redriven for queue in told)
    log.warning("redriven by %s: %d of what was given up", by.name, done)
    unfinished = any(queue.left or queue.problem for queue in told)
    return Redriven(redriven=done, more=work.over or unfinished, queues=told)


def _told(name: str, work: _Round, trouble: str) -> RedrivenQueue:
    counts = {fate.name.lower(): work.fates[name, fate] for fate in Fate}
    return RedrivenQueue(queue=name, **counts, problem=trouble or None)


def _letters(name: str, stage: Stage | None, work: _Round) -> str:
    """Every letter of one queue once; why it could not be read, if so."""

    def handle(letter: DeadLetter) -> bool:
        if work.over:
            return False
        return work.count(name, _fate(stage, letter, work)) is not Fate.LEFT

    try:
        work.services.bus.dead_letters(stage, handle, work.room)
    except OffboardingError as error:
        log.warning("%s", error)
        return str(error)
    return ""


def _fate(stage: Stage | None, letter: DeadLetter, work: _Round) -> Fate:
    if stage is None:
        return Fate.REDRIVEN if watch_request(letter, work.services) else Fate.LEFT
    try:
        return _wake(parse_wake_up(letter.body, stage), work)
    except InvalidRequestError as error:
        log.warning("unreadable dead letter on queue %s: %s", stage.value, error)
        return Fate.SETTLED
    except Exception:
        log.exception("dead letter of stage %s stays on the dead-letter queue", stage.value)
        return Fate.LEFT


def _wake(wake: WakeUp, work: _Round) -> Fate:
    """Only the newest wake-up of an offboarding says anything: with an older one it has gone on."""
    stored = work.services.store.load(wake.offboarding_id)
    if stored is None:
        return Fate.SETTLED
    head = stored.offboarding
    if _is_marked(head) and head.stage is wake.stage:
        return Fate.REDRIVEN if _resumed(head.id, work) else Fate.SETTLED
    newest = (head.stage, head.attempt) == (wake.stage, wake.attempt)
    if head.status not in RUNNABLE or not newest:
        return Fate.SETTLED
    return _woken(stored, work)


def _woken(stored: Stored, work: _Round) -> Fate:
    """A new wake-up, under a new attempt, and not before its date."""
    services, head = work.services, stored.offboarding
    session = Session(stored, services, Who.OPERATOR, by=work.by)
    if is_worked_on(session):
        return Fate.SETTLED  # whoever holds the claim wakes it, or the sweeper when the claim has ended
    now = services.clock.now()
    session.record(EntryKind.NOTE, {"what": TimelineEvent.WOKEN.value, "why": Personal(work.why)})
    at = max(head.next_attempt_at or now, now)
    detail = f"redriven by {work.by.name}: {work.why}"
    intervene(session, Step(head.status, head.stage, head.reason, at, TimelineEvent.WOKEN, detail))
    drain(services, head.id)
    return Fate.REDRIVEN


def _is_marked(head: Offboarding) -> bool:
    reason = head.reason.code if head.reason is not None else None
    return head.status is Status.NEEDS_ATTENTION and reason is ReasonCode.DEAD_LETTERED


def _resumed(identity: str, work: _Round) -> bool:
    try:
        return resume(identity, work.by, work.services, ReasonCode.DEAD_LETTERED, why=work.why) is not None
    except NotResumableError:
        return False  # somebody else was quicker


def _marked(queues: dict[str, Stage | None], work: _Round) -> None:
    """Offboardings that the watcher has marked: their letters are gone, and they wait for this word."""
    stages = {stage: name for name, stage in queues.items() if stage is not None}
    for head in _needing_attention(work.services):
        if work.over:
            return
        name = stages.get(head.stage or Stage.PLAN)
        if name is None or not _is_marked(head):
            continue
        try:
            if _resumed(head.id, work):
                work.count(name, Fate.REDRIVEN)
        except OffboardingError:
            log.exception("it stays marked", extra={"offboardingId": head.id})
            work.count(name, Fate.LEFT)


def _needing_attention(services: Services) -> Iterator[Offboarding]:
    cursor: str | None = None
    for _ in range(PAGES):
        page = services.store.find(Filter((Status.NEEDS_ATTENTION,), after=cursor))
        yield from page.items
        cursor = page.next
        if cursor is None:
            return
