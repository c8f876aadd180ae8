"""What is under way at Microsoft or between partners: orders, transfers, and whatever is not understood."""

from __future__ import annotations

from shared.domain.decisions.blockers import Case, Cause, Disposition


def pending_order(case: Case) -> Disposition:
    """An order in progress ends by itself, one way or the other. Whether it has lines is in the note."""
    state = f"is an order in state {case.holding.raw_status!r}"
    return case.recheck(Cause.PENDING_AT_MICROSOFT, f"{state}{', ' if case.holding.note else ''}{case.holding.note}")


def open_transfer(case: Case) -> Disposition:
    """A transfer to another partner: the better end for what is in it, so it is waited for, nothing in it touched."""
    detail = "is an open transfer to another partner; what is in it is left alone until it is accepted or withdrawn"
    if case.policy.wait_for_transfers:
        return case.recheck(Cause.OPEN_TRANSFER, detail, slow=True)
    return case.person(
        Cause.OPEN_TRANSFER, detail, "Have the customer accept the transfer, or cancel it yourself; then resume."
    )


def unknown(case: Case) -> Disposition:
    """I8: a kind that nobody here knows is never taken for harmless."""
    return case.person(Cause.UNKNOWN_KIND, "is of a kind that is not known", "End it in Partner Center, then resume.")
