"""Until the requested start: looked at weekly, and nothing renews before that nobody was told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.renewals import Renewal, renewals_before
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from shared.domain.policy import Renewals
from shared.domain.wording import first_of, stamp
from shared.pipeline.core.outcome import Again, Attention, Outcome
from shared.pipeline.core.renewal_warnings import agreed, agreed_by_month, shows_by, unsettled, waits_until
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import changed_so_far
from shared.pipeline.steps.effects import DueAction, perform
from shared.pipeline.steps.inventory import refresh_subscriptions
from shared.pipeline.steps.monthly import not_recorded, only_longer

WHAT_TO_DO = (
    "Agree with the sender. Resume to let it renew, or switch its renewal off in Partner Center; the next look notices."
)
SOON = (timedelta(days=2), timedelta(hours=12))
"""Before a renewal month by month: what was planned for the next term may be deleted by any other change."""
A_DAY = timedelta(hours=20)
"""Between two tries of what was refused: one in each daily look."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What renews before the start, and (by key) why what should renew month by month cannot."""

    coming: tuple[Renewal, ...]
    longer: Mapping[str, str]


def look_ahead(session: Session) -> Ahead:
    """What renews before the requested start. Raises RemoteError where the catalogue has to be read and cannot be."""
    start = session.offboarding.request.not_before
    coming = renewals_before(session.situation, start) if start is not None else ()
    return Ahead(coming, only_longer(session, coming))


def renewing(session: Session, ahead: Ahead) -> str:
    """What renews before the requested start, for the plan; "" where nothing does."""
    start, parts = session.offboarding.request.not_before, []
    monthly = [item for item in ahead.coming if _by_month(session, item, ahead)]
    rest = [item for item in ahead.coming if item not in monthly]
    if monthly and start is not None:
        names = first_of((item.name for item in monthly), 5)
        parts.append(f"{names} will renew month by month until the start at {stamp(start)}")
    if rest:
        parts.append(f"before the start {first_of((_with(item, ahead.longer.get(item.key)) for item in rest), 5)}")
    return "; ".join(parts)


def writes_something(session: Session, ahead: Ahead) -> bool:
    """Something has to be written before the start."""
    ends = session.offboarding.request.renewals is Renewals.END_WITH_TERM
    return bool(ahead.coming) if ends else bool(_due(session, ahead))


def wait_for_start(session: Session, start: datetime, ahead: Ahead) -> Outcome:
    """Scheduled until the start, or a look before; a person is asked about what renews without a word."""
    now = session.services.clock.now()
    if _write(session, _due(session, ahead)):
        refresh_subscriptions(session)
    coming = renewals_before(session.situation, start)
    asks = tuple(item for item in coming if unsettled(session, item))
    if asks:
        return _ask(session, asks, start, ahead)
    text = f"planned; starts at {stamp(start)} as requested"
    if coming:
        text += f"; before that {first_of((_as_agreed(session, item) for item in coming), 5)}"
    looks = (look for item in coming for look in _looks(session, item) if look > now)
    at = min(start, now + session.services.pace.longest_wait, *looks)
    return Again(at, Reason(ReasonCode.NOT_BEFORE, text), Status.SCHEDULED)


def nobody_agreed_to(session: Session, ahead: Ahead) -> Iterator[tuple[Renewal, str]]:
    """What a person will be asked about before the start although all is written that the request says, and why."""
    start = session.offboarding.request.not_before
    written = {item.record.holding.key for item in _due(session, ahead)}
    for item in ahead.coming:
        if start is not None and item.key not in written and unsettled(session, item):
            longer = f" ({ahead.longer[item.key]})" if item.key in ahead.longer else ""
            when = f"renews at {stamp(item.at)}{longer}, before the start at {stamp(start)}"
            yield item, f"{when}, {_unsaid(session)}"


def _unsaid(session: Session) -> str:
    """Why a person is asked."""
    wanted = session.offboarding.request.renewals
    if wanted is Renewals.END_WITH_TERM:
        return "and its end with the term is not recorded"
    if wanted is Renewals.MONTHLY:
        return "for its whole term, although the request wants it month by month"
    return "and the request does not say what to do about it"


def _by_month(session: Session, item: Renewal, ahead: Ahead) -> bool:
    wanted = session.offboarding.request.renewals is Renewals.MONTHLY
    return wanted and item.key not in ahead.longer and (item.monthly or not agreed(session, item))


def _due(session: Session, ahead: Ahead) -> list[DueAction]:
    """What is to be written now, about what nobody agreed to and what is not on its way already."""
    wanted = WANTED.get(session.offboarding.request.renewals)
    if wanted is None:
        return []
    return [
        DueAction(session.records[item.key], kind)
        for item in ahead.coming
        if unsettled(session, item) and (kind := wanted(session, item, ahead)) is not None
    ]


def _end(_: Session, item: Renewal, __: Ahead) -> ActionKind | None:
    return item.stopped_by


def _renew_monthly(session: Session, item: Renewal, ahead: Ahead) -> ActionKind | None:
    last, kind = session.records[item.key].last, ActionKind.RENEW_MONTHLY
    refused = last is not None and last.kind is kind and last.state is ActionState.REFUSED
    if refused and last is not None and session.services.clock.now() < (last.answered_at or last.intended_at) + A_DAY:
        return None
    return None if item.key in ahead.longer else kind


WANTED: Mapping[Renewals | None, Callable[[Session, Renewal, Ahead], ActionKind | None]] = {
    Renewals.END_WITH_TERM: _end,
    Renewals.MONTHLY: _renew_monthly,
}
"""What each word of a request has written before the start."""


def _write(session: Session, due: list[DueAction]) -> int:
    """Add-ons first; how many calls were answered well."""
    return sum(perform(session, [item for item in due if item.carried is carried]) for carried in (True, False))


def _ask(session: Session, asks: tuple[Renewal, ...], start: datetime, ahead: Ahead) -> Attention:
    """Whatever the request says, this would renew, and nobody has agreed to it."""
    wanted, monthly, why = session.offboarding.request.renewals, {}, _unsaid(session)
    if wanted is Renewals.MONTHLY:
        monthly = {item.key: ahead.longer.get(item.key) or not_recorded(session, item) for item in asks}
    named = first_of((_with(item, monthly.get(item.key)) for item in asks), 5)
    unchanged = "" if WANTED.get(wanted) else f"; {changed_so_far(session)}"
    text = f"{named} before the start at {stamp(start)}, {why}{unchanged}"
    return Attention(ReasonCode.RENEWS_BEFORE_START, text, WHAT_TO_DO)


def _with(item: Renewal, why: str | None) -> str:
    return f"{item.sentence} ({why})" if why else item.sentence


def _as_agreed(session: Session, item: Renewal) -> str:
    if agreed_by_month(session, item):
        return f"{item.sentence}, month by month, as agreed"
    return f"{item.sentence}, as agreed" if agreed(session, item) else f"{item.name} shows soon what was planned for it"


def _looks(session: Session, item: Renewal) -> tuple[datetime, ...]:
    """When to look at this one again, beside the weekly looks."""
    if agreed_by_month(session, item):
        return tuple(item.at - before for before in SOON)
    return tuple(at for at in (shows_by(session, item), waits_until(session, item)) if at is not None)
