"""Azure reservations and savings plans: paid for years ahead."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.blockers import ActionKind, Case, Cause, Disposition
from shared.domain.wording import day


def reservation(case: Case) -> Disposition:
    """Returned for a refund. Where that is not wanted or not to be had (limit used up, product excluded), its renewal
    is stopped and its end waited for."""
    holding = case.holding
    if holding.term_end is not None and holding.term_end <= case.now:
        return _over(case)
    if case.policy.refund_reservations and not case.cancel_refused:
        if case.quote_refused:
            return _tried(case)
        otherwise = f" (if Azure refuses, it will be paid until {day(holding.term_end)})" if holding.term_end else ""
        return case.act(ActionKind.RETURN_RESERVATION, f"is live and has to be returned for a refund{otherwise}")
    why = "Azure refuses a refund" if case.cancel_refused else "refunds are not wanted"
    if holding.term_end is None:
        detail = f"is live ({why}) and shows no expiry{_renewal(case)}"
        found = case.person(Cause.NO_TERM_END, detail, "Return it in Azure, then resume.")
        return replace(found, action=_stop(case))
    what_to_do = "To end it sooner, ask for a refund in Partner Center (Azure reservations, Refund)."
    detail = f"is live; {why}, so it will be paid until it expires{_renewal(case)}"
    return case.dated(detail, Cause.NOT_REFUNDED, _stop(case), what_to_do)


def _tried(case: Case) -> Disposition:
    """Azure would not price its return, and may take it all the same; as far as is known it is paid to its end."""
    end = case.holding.term_end
    otherwise = f"if Azure refuses that too, it will be paid until {day(end)}" if end else "Azure may refuse that too"
    detail = f"is live; Azure refuses a refund when asked for its price. Its return will be tried; {otherwise}"
    found = case.act(ActionKind.RETURN_RESERVATION, detail)
    return replace(found, sure=False, blocker=replace(found.blocker, paid_until=end) if found.blocker else None)


def savings_plan(case: Case) -> Disposition:
    """Never cancelled, refunded or exchanged (savings plan cancellation policies; error 900321): only its renewal can
    be stopped, through Azure."""
    holding = case.holding
    if holding.term_end is not None and holding.term_end <= case.now:
        return _over(case)
    stop = _stop(case) if holding.parent_id else None
    if holding.term_end is None:
        detail = f"is a savings plan without an end date{_renewal(case) if stop else ''}"
        found = case.person(Cause.NEVER_CANCELLABLE, detail, "Settle it with Microsoft support, then resume.")
        return replace(found, action=stop)
    detail = f"is a savings plan: it cannot be cancelled, refunded or exchanged{_renewal(case) if stop else ''}"
    return case.dated(detail, Cause.NEVER_CANCELLABLE, stop)


def _stop(case: Case) -> ActionKind | None:
    return ActionKind.STOP_RENEWAL if case.holding.auto_renew is True else None


def _renewal(case: Case) -> str:
    return "; its renewal has to be stopped" if _stop(case) else ""


def _over(case: Case) -> Disposition:
    """Past its date and still shown as live: the state follows within hours, or somebody has to look."""
    if case.holding.term_end is not None and case.now < case.holding.term_end + case.pace.renewal_job:
        return case.recheck(Cause.PENDING_AT_MICROSOFT, "has expired; Azure has not said so yet")
    detail = "is past its end date, and Azure still shows it as live"
    return case.person(Cause.NO_TERM_END, detail, "Look at it in Azure, settle it with Microsoft support, then resume.")
