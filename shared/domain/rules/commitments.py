"""Azure reservations and savings plans: paid for years ahead."""

from __future__ import annotations

from shared.domain.blockers import ActionKind, Case, Cause, Disposition


def reservation(case: Case) -> Disposition:
    """Returned for a refund. Where that is not wanted or not to be had (limit used up, product excluded), its renewal
    is stopped and its end waited for."""
    holding = case.holding
    if holding.term_end is not None and holding.term_end <= case.now:
        return _over(case)
    if case.policy.refund_reservations and not case.cancel_refused:
        otherwise = f" (if Azure refuses, it is paid until {holding.term_end:%Y-%m-%d})" if holding.term_end else ""
        return case.act(ActionKind.RETURN_RESERVATION, f"is live and will be returned for a refund{otherwise}")
    why = "Azure refuses the refund" if case.cancel_refused else "refunds are switched off"
    if holding.term_end is None:
        return case.person(
            Cause.NO_TERM_END, f"is live ({why}) and shows no expiry", "Return it in Azure, then resume."
        )
    what_to_do = "To end it sooner, ask for a refund in Partner Center (Azure reservations, Refund)."
    return case.dated(f"is live; {why}: it is being paid until it expires", Cause.NOT_REFUNDED, _stop(case), what_to_do)


def savings_plan(case: Case) -> Disposition:
    """Never cancelled, refunded or exchanged (savings plan cancellation policies; error 900321): only its renewal can
    be stopped, through Azure."""
    holding = case.holding
    if holding.term_end is not None and holding.term_end <= case.now:
        return _over(case)
    if holding.term_end is None:
        detail = "is a savings plan without an end date"
        return case.person(Cause.NEVER_CANCELLABLE, detail, "Settle it with Microsoft support, then resume.")
    detail = "is a savings plan: it cannot be cancelled, refunded or exchanged"
    return case.dated(detail, Cause.NEVER_CANCELLABLE, _stop(case) if holding.parent_id else None)


def _stop(case: Case) -> ActionKind | None:
    return ActionKind.STOP_RENEWAL if case.holding.auto_renew is True else None


def _over(case: Case) -> Disposition:
    """Past its date and still shown as live: the state follows within hours, or somebody has to look."""
    if case.holding.term_end is not None and case.now < case.holding.term_end + case.pace.renewal_job:
        return case.recheck(Cause.PENDING_AT_MICROSOFT, "has expired; Azure has not said so yet")
    detail = "is past its end date, and Azure still shows it as live"
    return case.person(Cause.NO_TERM_END, detail, "Look at it in Azure, settle it with Microsoft support, then resume.")
