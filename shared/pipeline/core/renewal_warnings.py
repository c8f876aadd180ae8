"""Terms that are about to renew while nothing happens, although nobody agreed: told 30, 7 and 2 days before.

A renewed licence is paid for a whole term more. What stands in the way of its end (a brake, a refusal, a person who is
waited for) must not let that pass in silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import groupby

from shared.contracts.event_messages import renewal_coming_message
from shared.domain.decisions.absences import ENDS_WITH_TERM
from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.patience import SHARE
from shared.domain.decisions.renewals import Renewal, renewals_before
from shared.domain.holdings.ledger import WAITING, ActionState, worn_out
from shared.domain.holdings.model import Holding
from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.policy import Renewals
from shared.domain.wording import first_of
from shared.pipeline.core.quiet import is_quiet
from shared.pipeline.core.session import Session

BEFORE = (timedelta(days=30), timedelta(days=7), timedelta(days=2))
RECORDED = ENDS_WITH_TERM | {ActionKind.RENEW_MONTHLY}
"""Writes after which nothing renews for a whole term, once they show."""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class RenewalWarning:
    """What renews on one day: the first of it, and the sentence about all of it."""

    renews_at: datetime
    text: str


def renewal_warning_due_at(
    session: Session, status: Status, at: datetime | None, reason: Reason | None = None
) -> datetime | None:
    """When the next warning is due; None when nothing renews that nobody agreed to."""
    told = max(session.services.clock.now(), session.offboarding.warned_renewals or NEVER)
    unwanted = _unwanted(session, status, at, reason)
    return min((moment for item in unwanted for moment in _moments(item, after=told)), default=None)


def warn_of_renewals(
    session: Session, status: Status, at: datetime | None, reason: Reason | None = None
) -> tuple[RenewalWarning, ...]:
    """The warnings that are due now, noted in the head, so that each moment warns once: one for each day on which
    something renews. What becomes due later today is told with them."""
    now, warned = session.services.clock.now(), session.offboarding.warned_renewals or NEVER
    tonight = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    moments = {
        item: [moment for moment in _moments(item, after=warned) if moment < tonight]
        for item in _unwanted(session, status, at, reason)
    }
    if not any(moment <= now for found in moments.values() for moment in found):
        return ()
    due = [item for item, found in moments.items() if found]
    latest = max(moment for found in moments.values() for moment in found)
    session.offboarding = replace(session.offboarding, warned_renewals=max(now, latest))
    days = groupby(due, key=lambda item: item.at.date())
    return tuple(_warning(session, status, tuple(items)) for _, items in days)


def _warning(session: Session, status: Status, items: tuple[Renewal, ...]) -> RenewalWarning:
    shown = first_of((item.sentence for item in items), most=5)
    text = f"{shown} unless somebody stops it: this offboarding is {status.value}, and a whole term more is then paid"
    session.note(TimelineEvent.RENEWAL_COMING, text)
    return RenewalWarning(items[0].at, text)


def renewal_events(session: Session, warnings: tuple[RenewalWarning, ...]) -> list[OutboundMessage]:
    """An event of each warning, from the head as it is stored with it."""
    now, source = session.services.clock.now(), session.services.event_source
    return [renewal_coming_message(session.next_event(), one.renews_at, one.text, now, source) for one in warnings]


def agreed(session: Session, item: Renewal) -> bool:
    """The request or a person lets this one renew before the start."""
    offboarding = session.offboarding
    start = offboarding.request.not_before
    word = offboarding.request.renewals is Renewals.LET_RENEW or item.key in offboarding.agreed_renewals
    return agreed_by_month(session, item) or (word and start is not None and item.at < start)


def agreed_by_month(session: Session, item: Renewal) -> bool:
    """The request lets this one renew before the start, because it is for a month."""
    request = session.offboarding.request
    start = request.not_before
    return request.renewals is Renewals.MONTHLY and item.monthly and start is not None and item.at < start


def unsettled(session: Session, item: Renewal) -> bool:
    """Nobody agreed to it, and nothing that was written is on its way: something is to be done about it, by us or by a
    person."""
    on_its_way = shows_by(session, item) is not None or waits_until(session, item) is not None
    return not agreed(session, item) and not on_its_way


def shows_by(session: Session, item: Renewal) -> datetime | None:
    """Until when what was accepted about its renewal need not show yet: a day at most, and not so long that too little
    is left before it renews; None when nothing is on its way. Later an acceptance alone is none."""
    last, pace = session.records[item.key].last, session.services.pace
    if last is None or last.kind not in RECORDED or last.state is not ActionState.ACCEPTED:
        return None
    began = last.since or last.intended_at
    until = began + min(pace.settle_deadline, max((item.at - began) / SHARE, pace.settle_poll))
    return until if session.services.clock.now() < until else None


def waits_until(session: Session, item: Renewal) -> datetime | None:
    """When a renewal month by month that was refused for now is tried again, if that is before it renews and a person
    need not know yet."""
    last, now = session.records[item.key].last, session.services.clock.now()
    if last is None or last.kind is not ActionKind.RENEW_MONTHLY or last.state not in WAITING or last.retry_at is None:
        return None
    early = now < last.retry_at < item.at - BEFORE[-1]
    return last.retry_at if early and not worn_out(last, session.services.pace, now) else None


def runs_by_month(session: Session, status: Status, holding: Holding) -> bool:
    """Until the start it renews month by month, as the request wants: a window that closes meanwhile costs no year."""
    wanted = session.offboarding.request.renewals is Renewals.MONTHLY and status is Status.SCHEDULED
    return wanted and holding.next_term.by_month


def _moments(item: Renewal, after: datetime) -> list[datetime]:
    return [moment for before in BEFORE if (moment := item.at - before) > after]


def _unwanted(
    session: Session, status: Status, at: datetime | None, reason: Reason | None = None
) -> tuple[Renewal, ...]:
    """What will renew, has not been set to end or to renew for a month, and was not agreed to."""
    if not is_quiet(session, status, at, reason):
        return ()
    now, start = session.services.clock.now(), session.offboarding.request.not_before
    # Far enough for the next look, which comes within a week.
    coming = renewals_before(session.situation, now + BEFORE[0] + session.services.pace.longest_wait)
    return tuple(
        item
        for item in coming
        if not agreed(session, item)
        and shows_by(session, item) is None
        # The offboarding starts before, and stops it itself.
        and not (status is Status.SCHEDULED and start is not None and now < start <= item.at)
    )
