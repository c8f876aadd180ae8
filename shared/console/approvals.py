"""The page of what waits for an approval, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.console.oldest import oldest
from shared.console.standing import typed_word
from shared.console.visitor import Visitor
from shared.contracts.etags import header_etag
from shared.domain.decisions.plan import Plan
from shared.domain.offboarding.called import domain_of, name_of
from shared.domain.offboarding.paid import Paid, paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Operation
from shared.pipeline.core.services import Services
from shared.report.asked import who

AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """One plan to decide about. `since` (aware UTC): when it was asked first. `own`: this person made the request."""

    offboarding_id: str
    name: str
    domain: str
    typed_word: str
    asked_by: str
    why: str
    since: datetime
    plan: Plan | None
    paid: Paid
    etag: str
    digest: str
    may: bool
    own: bool
    again: bool


def approvals(visitor: Visitor, services: Services) -> tuple[tuple[Waiting, ...], bool]:
    """What waits, oldest first, and whether there is more than is shown (200)."""
    page = oldest(services.store, Status.AWAITING_APPROVAL, AT_MOST)
    found = [_waiting(head, visitor, services) for head in page.items]
    return tuple(sorted((item for item in found if item), key=lambda item: item.since)), page.next is not None


def asked_since(head: Offboarding, services: Services) -> datetime:
    """When an approval was asked for first, as near as the record tells: its stage began then, or the approval before
    expired or was found to be too little. Each daily look asks anew, and is no beginning."""
    since = head.stage_since or head.created_at
    if head.approval is None:
        return since
    now, ended = services.clock.now(), head.approval.at + services.approval.valid_for
    return max(since, ended if ended <= now else head.approval.at)


def _waiting(found: Offboarding, visitor: Visitor, services: Services) -> Waiting | None:
    """Read again, with its ETag: whatever is decided is about what is shown."""
    stored = services.store.load(found.id)
    if stored is None or stored.offboarding.status is not Status.AWAITING_APPROVAL:
        return None
    head = stored.offboarding
    return Waiting(
        offboarding_id=head.id,
        name=name_of(head),
        domain=domain_of(head),
        typed_word=typed_word(head),
        asked_by=f"{who(head.requester)} for {head.request.requested_by}",
        why=head.request.reason,
        since=asked_since(head, services),
        plan=head.plan,
        paid=paid_of(head),
        etag=header_etag(stored.etag),
        digest=head.plan.digest if head.plan is not None else "",
        may=visitor.may(Operation.APPROVE, head),
        own=visitor.actor.same(head.requester),
        again=head.approval is not None,
    )
