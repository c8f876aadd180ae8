"""confirm: prove that the removal took effect, end GDAP, and finish. Polled by messages, never by waiting here.

A proof that holds is kept; the customer list is read anew in every check, because absence counts only together with a
complete list read by the same sign-in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import NoRelationshipError, RefusedError, SignInRequiredError
from shared.domain.holdings import HoldingKind
from shared.domain.identifiers import ms_request_id
from shared.domain.offboarding import Offboarding, Proof, Reason, Stage, Status
from shared.stages.outcome import Again, Attention, Finish, Next, Outcome
from shared.stages.session import Session
from shared.stages.survivors import survivors

CLOCK_MARGIN = timedelta(days=1)
GDAP_ENDED = frozenset({"terminated", "expired"})
GDAP_ENDING = frozenset({"terminationrequested", "terminating"})
_Check = Callable[[Session], tuple[bool, str]]


def confirm(session: Session) -> Outcome:
    """Check every proof; removed when all hold, otherwise come back until the deadline."""
    services, now = session.services, session.services.clock.now()
    since = session.offboarding.confirming_since or now
    session.offboarding = replace(session.offboarding, confirming_since=since)
    proofs = _check_all(session)
    session.offboarding = replace(session.offboarding, proofs=proofs)
    failing = [proof for proof in proofs if not proof.holds]
    if not failing:
        return _finish(session)
    if session.offboarding.removal is None and "customer_read" in {proof.name for proof in failing}:
        return _not_gone(session)
    session.note("proofs", "; ".join(f"{proof.name}: {proof.detail}" for proof in failing))
    names = ", ".join(proof.name for proof in failing)
    if now < since + services.pace.confirm_deadline:
        rechecks = session.offboarding.counters.rechecks
        session.offboarding = replace(
            session.offboarding, counters=replace(session.offboarding.counters, rechecks=rechecks + 1)
        )
        delay = min(services.pace.settle_poll * 2 ** min(rechecks, 10), services.pace.recheck)
        return Again(now + delay, Reason("confirming", f"removed; still waiting for: {names}"))
    return _overdue(session, names, {proof.name for proof in failing})


def _not_gone(session: Session) -> Outcome:
    """It looked gone without us, and is readable: one odd answer, or two that go on to contradict each other."""
    pace, counters = session.services.pace, session.offboarding.counters
    text = "the customer is readable, but another answer says that it is not ours"
    if counters.returns >= pace.loops_before_attention:
        return Attention(Reason("relationship_unclear", text, "Look at the customer in Partner Center, then resume."))
    counters = replace(counters, returns=counters.returns + 1)
    session.offboarding = replace(session.offboarding, confirming_since=None, proofs=(), counters=counters)
    # Nothing is done without a plan; with one, the gate decides.
    back = Stage.PLAN if session.offboarding.plan is None else Stage.VERIFY
    delay = min(pace.settle_poll * 2 ** (counters.returns - 1), pace.recheck)
    return Next(back, Reason("not_gone", text), session.services.clock.now() + delay)


def _check_all(session: Session) -> tuple[Proof, ...]:
    now = session.services.clock.now()
    proofs = {proof.name: proof for proof in session.offboarding.proofs if proof.holds}
    for name, check in CHECKS.items():
        if name in proofs and name not in READ_ANEW:
            continue
        holds, detail = check(session)
        proofs[name] = Proof(name, holds, detail, now)
        # Kept at once: a later check may fail, and one of them looks at what the earlier ones found.
        session.offboarding = replace(session.offboarding, proofs=tuple(proofs.values()))
    return tuple(proofs[name] for name in CHECKS)


def _finish(session: Session) -> Outcome:
    url = session.services.partner_center.relationship_request_url()
    session.offboarding = replace(session.offboarding, reestablish_url=url)
    proofs = session.offboarding.proofs
    session.note("proven", "; ".join(f"{proof.name}: {proof.detail}" for proof in proofs))
    if not _ours(session.offboarding):
        return Finish(Status.ALREADY_REMOVED, Reason("gone_before_us", "the relationship was gone when we asked"))
    session.offboarding = replace(session.offboarding, survivors=survivors(session.records))
    text = f"the reseller relationship is removed; {len(proofs)} proofs hold"
    what_to_do = "Tell the customer what survives (see survivors): only the customer can delete it."
    return Finish(Status.REMOVED, Reason("removed", text, what_to_do))


def _ours(offboarding: Offboarding) -> bool:
    """Refused as gone already at the first try: it was not us. At a repetition: the unclear call before did it."""
    removal = offboarding.removal
    if removal is None:
        return False
    unclear = removal.status is None and not removal.without_effect
    return removal.accepted or unclear or removal.tries > 1 or removal.accepted_before


def _overdue(session: Session, names: str, failing: set[str]) -> Outcome:
    """Past the deadline: a customer that is still listed was not removed, anything else needs a person."""
    counters, removal = session.offboarding.counters, session.offboarding.removal
    bounded = counters.refusals < session.services.pace.refusals_before_attention
    logged = any(proof.name == "activity_log" and proof.holds for proof in session.offboarding.proofs)
    if {"customer_list", "customer_read"} <= failing and logged:
        text = "the removal is in the activity log, and the customer is listed again: it came back"
        action = "Ask whether the customer accepted a new relationship. A new request offboards it again."
        return Attention(Reason("came_back", text, action))
    if {"customer_list", "customer_read"} <= failing and removal is not None and bounded:
        session.offboarding = replace(
            session.offboarding,
            removal=replace(removal, without_effect=True),
            confirming_since=None,
            proofs=(),
            counters=replace(counters, refusals=counters.refusals + 1, rechecks=0),
        )
        return Next(Stage.VERIFY, Reason("no_effect", "the removal was accepted but the customer is still listed"))
    text = f"the removal was accepted, but after the deadline these proofs still do not hold: {names}"
    return Attention(Reason("proof_overdue", text, "Check them in Partner Center and Entra, then resume."))


def _not_listed(session: Session) -> tuple[bool, str]:
    customers = session.services.partner_center.list_customers()
    listed = any(item.id.lower() == session.offboarding.customer_id for item in customers.items)
    if listed:
        return False, "still in the customer list"
    if not customers.complete:
        return False, f"the customer list is incomplete ({len(customers.items)} of {customers.total})"
    return True, f"not among the {len(customers.items)} customers"


def _refused(call: Callable[[Session, str], object]) -> _Check:
    def check(session: Session) -> tuple[bool, str]:
        try:
            call(session, session.offboarding.customer_id or "")
        except NoRelationshipError as error:
            return True, f"refused with {error.status} {error.remote_code}"
        except (RefusedError, SignInRequiredError) as error:
            # "Authorization failed" (403/1002) is said of a removed customer too. It proves something only where the
            # same sign-in has just read the whole customer list without it.
            if error.status not in (403, 404) or not _holds(session, "customer_list"):
                raise
            return True, f"refused with {error.status} {error.remote_code}, and not in the customer list"
        return False, "still readable"

    return check


def _holds(session: Session, name: str) -> bool:
    return any(proof.name == name and proof.holds for proof in session.offboarding.proofs)


def _support_contact(session: Session) -> tuple[bool, str]:
    legacy = [r.holding.id for r in session.records.values() if r.holding.kind is HoldingKind.LEGACY_LICENCE]
    if not legacy:
        return True, "no legacy subscription, so there is no support contact to ask for"
    refused = session.services.partner_center.support_contact_refused(session.offboarding.customer_id or "", legacy[0])
    return refused, "not readable any more" if refused else "still readable"


def _audited(session: Session) -> tuple[bool, str]:
    removal, offboarding = session.offboarding.removal, session.offboarding
    if removal is None or not _ours(offboarding):
        return True, "the relationship was gone before our call, so there is no record of ours"
    # Microsoft's clock is not ours, and a colleague may have been a moment faster.
    since = removal.intended_at - CLOCK_MARGIN
    found = session.services.partner_center.removal_audited(offboarding.customer_id or "", since)
    return found, "remove_partner_customer_relationship succeeded" if found else "no record in the activity log yet"


def _gdap(session: Session) -> tuple[bool, str]:
    """GDAP ends here, after the removal: it e-mails both sides, and its rights may be needed to read Azure before."""
    offboarding, admin = session.offboarding, session.services.delegated_admin
    if not session.policy.terminate_gdap:
        return True, "delegated admin relationships are left alone as configured"
    relationships = admin.list_relationships(offboarding.customer_id or "").items
    alive = [item for item in relationships if item.status.casefold() not in GDAP_ENDED]
    held = {proof.name for proof in offboarding.proofs if proof.holds}
    if alive and not held >= GONE:
        # It cannot be put back, and one odd answer may have led here: nothing ends while the customer is still ours.
        return False, f"{len(alive)} delegated admin relationships end as soon as the customer is gone"
    for item in alive:
        if item.status.casefold() in GDAP_ENDING or item.id in session.offboarding.gdap_requested:
            continue
        session.require_time()
        session.require_live()
        request_id = ms_request_id(offboarding.id, f"gdap:{item.id}", "terminate", 1)
        session.note("gdap.intended", item.name, holding=f"gdap:{item.id}", request_id=request_id)
        session.save()
        try:
            answer = admin.terminate(item, request_id)
        except RefusedError as error:
            session.note("gdap.refused", str(error), holding=f"gdap:{item.id}", status=error.status)
            continue
        requested = (*session.offboarding.gdap_requested, item.id)
        session.note("gdap.accepted", answer.detail, holding=f"gdap:{item.id}", status=answer.status)
        session.save(replace(session.offboarding, gdap_requested=requested))
    if alive:
        return False, f"{len(alive)} of {len(relationships)} delegated admin relationships not ended yet"
    return True, f"all {len(relationships)} delegated admin relationships are ended"


CHECKS: dict[str, _Check] = {
    "customer_list": _not_listed,
    "customer_read": _refused(lambda session, customer: session.services.partner_center.get_customer(customer)),
    "subscriptions": _refused(lambda session, customer: session.services.partner_center.list_subscriptions(customer)),
    "purchasing": _refused(lambda session, customer: session.services.partner_center.list_orders(customer)),
    "delegated_admin": _gdap,
    "support_contact": _support_contact,
    "activity_log": _audited,
}
READ_ANEW = frozenset({"customer_list"})
GONE = frozenset({"customer_list", "customer_read"})
