"""What a withdrawal does about one holding: put back what we changed, wait for an effect, ask, or say what is lost.

Pure, and total over everything that the pipeline can have done. What none of our writes can have changed is left alone,
whoever changed it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.decisions import losses
from shared.domain.decisions.blockers import RESTORES, ActionKind
from shared.domain.decisions.history import vanished
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.restoration import (
    DONE,
    Asks,
    Lost,
    PutBack,
    Restoration,
    Waits,
    is_ours,
    may_have_worked,
    parent_of,
)
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import WAITING, ActionRecord, ActionState, HoldingRecord, effect_visible, worn_out
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.terms import same_terms, shown_status, terms_of
from shared.domain.wording import stamp


def restorations(situation: Situation, *, given_up: bool = False) -> dict[str, Restoration]:
    """The decision for each holding, by key. `given_up`: a person said that what is refused may stay as it is."""
    return {key: restoration(record, situation, given_up=given_up) for key, record in situation.records.items()}


def restoration(record: HoldingRecord, situation: Situation, *, given_up: bool = False) -> Restoration:
    """What to do about this holding now."""
    parent = parent_of(record, situation)
    above = _Case(parent, situation, given_up, None) if parent is not None else None
    return _Case(record, situation, given_up, above).decided


@dataclass(frozen=True, slots=True)
class _Case:
    """One holding, and what is above it."""

    record: HoldingRecord
    situation: Situation
    given_up: bool
    above: _Case | None

    @property
    def decided(self) -> Restoration:
        """What the rules say."""
        return next((found for rule in RULES if (found := rule(self)) is not None), None) or DONE

    @property
    def was(self) -> HoldingStatus:
        """Before our first write. An older record has its image alone, and in Azure only what was active was ended."""
        if self.record.before is not None:
            return self.record.before.status
        off = shown_status(self.record.before_image) == HoldingStatus.SUSPENDED
        return HoldingStatus.SUSPENDED if off else HoldingStatus.ACTIVE


def _not_ours(case: _Case) -> Restoration | None:
    return None if is_ours(case.record, case.situation) else DONE


def _missing(case: _Case) -> Restoration | None:
    if case.record.missing_since is None:
        return None
    blocker = vanished(case.record, case.situation)
    if blocker is not None:
        return Waits(f"{case.record.holding.name} is not listed now; it is looked at again", blocker.until)
    return Lost(losses.vanished(case.record))


def _on_its_way(case: _Case) -> Restoration | None:
    """One of our writes that ended something may still take effect: until then there is nothing to put back."""
    last, pace, now = case.record.last, case.situation.pace, case.situation.now
    if last is None or last.kind in RESTORES or not may_have_worked(last) or _landed(last, case.record):
        return None
    if last.state is ActionState.CONFIRMED or last.state is ActionState.FORGIVEN:
        return None
    sent = last.answered_at or last.intended_at
    until = sent + (pace.settle_deadline if last.state is ActionState.ACCEPTED else pace.recheck)
    if now >= until:
        return None
    return Waits(f"{case.record.holding.name} may still show the {PHRASES[last.kind]} that was sent at {stamp(sent)}")


def _landed(action: ActionRecord, record: HoldingRecord) -> bool:
    if effect_visible(action.kind, record.holding, action.target):
        return True
    # Where a cloud keeps no scheduled actions, the end with the term shows in the renewal alone.
    readable = action.kind is ActionKind.END_AT_TERM and terms_of(record.before_image) is not None
    return readable and not same_terms(record.before_image, record.holding.image)


def _tried(case: _Case) -> Restoration | None:
    """Our own write that puts something back was not answered, not well, or shows no effect."""
    last, pace, now = case.record.last, case.situation.pace, case.situation.now
    if last is None or last.kind not in RESTORES:
        return None
    name, what = case.record.holding.name, PHRASES[last.kind]
    if last.state is ActionState.ACCEPTED:
        since = last.answered_at or last.intended_at
        if now < since + pace.settle_deadline:
            return Waits(f"{name} does not show its {what} yet, which was accepted")
        return _refused_for_now(case, last, f"shows no effect of the {what}, which was accepted at {stamp(since)}")
    if last.state in WAITING and last.retry_at is not None and last.retry_at > now:
        if worn_out(last, pace, now):
            return _refused_for_now(case, last, f"is not back: the {what} got no further: {_answer(last)}")
        return Waits(f"the {what} of {name} is tried again: {_answer(last)}", last.retry_at)
    if last.state is not ActionState.REFUSED:
        return None
    text = f"is not back: the {what} was refused: {_answer(last)}"
    if last.retry_at is None:
        return Lost(losses.refused(case.record, text, last.advice))
    return None if last.retry_at <= now and not case.given_up else _refused_for_now(case, last, text)


def _refused_for_now(case: _Case, last: ActionRecord, text: str) -> Restoration:
    if case.given_up:
        return Lost(losses.refused(case.record, text, last.advice))
    return Asks(f"{case.record.holding.name} {text}", last.advice or losses.BY_HAND, last.retry_at)


def _answer(action: ActionRecord) -> str:
    return " ".join(part for part in (str(action.status or ""), action.code, action.detail) if part)


def _ended(case: _Case) -> Restoration | None:
    holding = case.record.holding
    if not holding.ended or holding.kind is HoldingKind.AZURE_SUBSCRIPTION:
        return None
    was = case.record.before
    return DONE if was is not None and was.status is holding.status else Lost(losses.ended(case.record))


def _unsure(case: _Case) -> Restoration | None:
    """A state that is none to act on: it passes, or a person has to look (I8)."""
    holding = case.record.holding
    if holding.status is HoldingStatus.PENDING and case.was is not HoldingStatus.PENDING:
        return Waits(f"{holding.name} is being worked on by Microsoft")
    if holding.status is not HoldingStatus.UNKNOWN:
        return None
    text = f"has the status {holding.raw_status!r}, which the pipeline does not know"
    if case.given_up:
        return Lost(losses.refused(case.record, text, losses.BY_HAND))
    return Asks(f"{holding.name} {text}", losses.BY_HAND)


def _below(case: _Case) -> Restoration | None:
    """Parents before children: a subscription below a plan or a base is refused while that is not back."""
    record, above = case.record, case.above
    if above is None or above.record.holding.status is HoldingStatus.ACTIVE or not _off(case):
        return None
    found = above.decided
    if isinstance(found, Lost):
        return Lost(losses.without_parent(record, above.record))
    text = f"{record.holding.name} waits until {above.record.holding.name} is back"
    if isinstance(found, Asks):
        return replace(found, text=text)
    return None if found is DONE else Waits(text)


def _off(case: _Case) -> bool:
    return case.was is HoldingStatus.ACTIVE and case.record.holding.status is not HoldingStatus.ACTIVE


def _azure_subscription(case: _Case) -> Restoration | None:
    if case.record.holding.kind is not HoldingKind.AZURE_SUBSCRIPTION:
        return None
    if case.record.holding.status in (HoldingStatus.ACTIVE, case.was):
        return DONE
    if case.was is not HoldingStatus.ACTIVE:
        return Lost(losses.was_off(case.record, case.was))
    return PutBack(ActionKind.REACTIVATE_AZURE_SUBSCRIPTION)


def _renewal(case: _Case) -> Restoration | None:
    stopped = any(may_have_worked(item) for item in case.record.actions if item.kind is ActionKind.STOP_RENEWAL)
    if not stopped or case.record.holding.auto_renew is not False:
        return None
    return PutBack(ActionKind.RESTORE_RENEWAL)


def _status(case: _Case) -> Restoration | None:
    if not _off(case) or case.record.holding.status is not HoldingStatus.SUSPENDED:
        return None
    return PutBack(ActionKind.RESTORE_STATUS)


def _terms(case: _Case) -> Restoration | None:
    record = case.record
    if record.holding.status is not HoldingStatus.ACTIVE:
        return None
    if terms_of(record.before_image) is None or same_terms(record.before_image, record.holding.image):
        return None
    return PutBack(ActionKind.RESTORE_TERMS)


def _suspension(case: _Case) -> Restoration | None:
    """What was switched on to record its end is suspended again, after its terms: a suspended one refuses edits."""
    switched = any(may_have_worked(item) for item in case.record.actions if item.kind is ActionKind.REACTIVATE)
    if not switched or case.was is not HoldingStatus.SUSPENDED:
        return None
    active = case.record.holding.status is HoldingStatus.ACTIVE
    return PutBack(ActionKind.RESTORE_SUSPENSION) if active else None


def _seats(case: _Case) -> Restoration | None:
    """Seats that were given back are bought again, or not: that is no longer this pipeline's to decide."""
    record = case.record
    reduced = any(may_have_worked(item) for item in record.actions if item.kind is ActionKind.REDUCE_SEATS)
    had, has = record.before.quantity if record.before is not None else None, record.holding.quantity
    fewer = reduced and had is not None and has is not None and has < had
    return Lost(losses.seats(record, had - has)) if fewer and had is not None and has is not None else None


RULES: tuple[Callable[[_Case], Restoration | None], ...] = (
    _not_ours,
    _missing,
    _on_its_way,
    _ended,
    _tried,
    _unsure,
    _below,
    _azure_subscription,
    _renewal,
    _status,
    _terms,
    _suspension,
    _seats,
)
"""Asked in this order; the first that has an answer decides, else it is as it was."""
