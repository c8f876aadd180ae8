"""plan: the right customer, a complete inventory, and what will be done about each holding. Nothing is written."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime

from shared.domain import resellers
from shared.domain.blockers import Blocker, Cause, Remedy
from shared.domain.errors import NoRelationshipError, SignInRequiredError, UnreadableAnswerError
from shared.domain.gate import Blockers, RemovalPermit
from shared.domain.inventory import Inventory
from shared.domain.offboarding import Customer, Reason, Stage, Status
from shared.domain.partner import CustomerProfile
from shared.domain.plan import draft_plan
from shared.domain.policy import Commitments
from shared.ports.runtime import Filter, Live, LiveElsewhere
from shared.stages.accept import beside
from shared.stages.outcome import Again, Attention, Finish, Next, Outcome
from shared.stages.preflight import preflight
from shared.stages.read import stamp, take_inventory
from shared.stages.refunds import ask_for_refunds
from shared.stages.services import Mode, Services
from shared.stages.session import Session
from shared.stages.verify import gone_without_us, judge


def plan(session: Session) -> Outcome:
    """Identify, read, plan; then go on, wait for the start date, or end (dry run, stop and report)."""
    refusal = _identify(session)
    if refusal is not None:
        return refusal
    try:
        inventory = take_inventory(session)
    except NoRelationshipError:
        return gone_without_us(session)
    services, request, now = session.services, session.offboarding.request, session.services.clock.now()
    foreign = resellers.refusal(inventory.holdings, session.policy)
    if foreign is not None:
        code, text = foreign
        action = "Agree it with every reseller of the customer, or let what is not yours move to another partner first."
        return Finish(Status.REJECTED, Reason(code, f"{text}; nothing was changed", action))
    if request.dry_run or request.commitments is Commitments.STOP:
        ask_for_refunds(session)
    drafted = draft_plan(session.records, inventory.problems, session.policy, services.pace, now)
    # The gate's verdict is only recorded here: each holding shows its planned action or what it waits for.
    verdict = judge(session, inventory)
    session.offboarding = replace(session.offboarding, plan=drafted, paid_until=drafted.paid_until)
    actions = ", ".join(f"{count} × {kind}" for kind, count in drafted.actions) or "nothing to do"
    rest = _rest(verdict, drafted.paid_until)
    session.note("planned", f"{drafted.holdings} holdings: {actions}; {rest}")
    if request.dry_run or request.commitments is Commitments.STOP:
        unproven = _read_again(session, inventory)
        if unproven is not None:
            return unproven
    if request.dry_run:
        text = f"dry run: {actions}; {rest}; nothing was changed"
        return Finish(Status.PLANNED, Reason("dry_run", text))
    if request.commitments is Commitments.STOP and not drafted.can_finish_today:
        late = drafted.dated_blockers + drafted.undated_blockers + drafted.unsettled_blockers
        text = f"{late} holding(s) cannot be ended today and the request says stop; nothing was changed"
        return Finish(Status.STOPPED, Reason("commitments_remain", text))
    if request.not_before is not None and request.not_before > now:
        text = f"planned; starts at {stamp(request.not_before)} as requested"
        return Again(request.not_before, Reason("not_before", text))
    if services.mode is not Mode.LIVE:
        text = "planned; this deployment is in mode plan and writes nothing"
        action = "Set OFFBOARDING_MODE to live when the plans look right; it goes on by itself."
        return Again(now + services.pace.recheck, Reason("mode_plan", text, action))
    return _signed_in(session) or Next(Stage.SUSPEND)


def _signed_in(session: Session) -> Outcome | None:
    """Before the first write: a sign-in that only reads would leave the customer half-done."""
    problems = preflight(session.services)
    if not problems:
        return None
    text = " ".join(problem.text for problem in problems)
    action = "Run python3 dev.py doctor for everything that is wrong, mend it, then resume."
    return Attention(Reason(SignInRequiredError.code, f"{text} Nothing was changed.", action))


def _read_again(session: Session, inventory: Inventory) -> Outcome | None:
    """A dry run and "stop and report" say something about everything: an incomplete read says nothing (I8)."""
    if not any(problem.passes_by_itself for problem in inventory.problems):
        return None
    counters, pace = session.offboarding.counters, session.services.pace
    detail = "; ".join(problem.detail for problem in inventory.problems[:5])
    if counters.rechecks >= pace.loops_before_attention:
        return Attention(Reason("incomplete_read", detail, "Look at the customer in Partner Center, then resume."))
    session.offboarding = replace(session.offboarding, counters=replace(counters, rechecks=counters.rechecks + 1))
    delay = min(pace.settle_poll * 2 ** min(counters.rechecks, 10), pace.recheck)
    return Again(session.services.clock.now() + delay, Reason("incomplete_read", detail))


def _identify(session: Session) -> Outcome | None:
    """Find the customer and compare what the request says of it, before any other call (I6).

    Once identified, an offboarding stays with that customer: a domain that moves to another tenant does not move it.
    """
    services, request, known = session.services, session.offboarding.request, session.offboarding.customer
    customer_id = known.id if known else request.customer_id
    if customer_id is None:
        found = _by_domain(session, request.domain or "")
        if not isinstance(found, str):
            return found
        customer_id = found
    refusal = _refuse_protected(services, customer_id)
    if refusal is not None:
        return refusal
    try:
        profile = services.partner_center.get_customer(customer_id)
    except NoRelationshipError as error:
        return _not_ours(session, customer_id, error)
    mismatch = _mismatch(session, profile)
    if mismatch is not None:
        return _changed(known, mismatch) if known else mismatch
    if profile.relationship.casefold() != "reseller":
        text = f"relationshipToPartner is {profile.relationship!r}; only a reseller relationship is ended"
        return Attention(Reason("not_a_reseller", text, "Check the customer in Partner Center, then resume."))
    session.offboarding = replace(
        session.offboarding, customer=Customer(customer_id, profile.company_name, profile.domain)
    )
    session.note("identified", f"{profile.company_name} ({profile.domain})")
    return _take_live(session)


def _by_domain(session: Session, domain: str) -> str | Outcome:
    customers = session.services.partner_center.list_customers()
    if not customers.complete:
        raise UnreadableAnswerError(f"the customer list is incomplete ({len(customers.items)} of {customers.total})")
    matches = [item.id.lower() for item in customers.items if item.domain.casefold() == domain]
    if len(matches) == 1:
        return matches[0]
    text = f"domain {domain} matches {len(matches)} customers; it must match exactly one"
    return _reject("customer_ambiguous" if matches else "customer_unknown", text)


def _changed(known: Customer, mismatch: Finish) -> Outcome:
    text = f"customer {known.id} was identified before and does not fit the request any more: {mismatch.reason.text}"
    return Attention(Reason("customer_changed", text, "Check which tenant is meant; resume if it is still this one."))


def _not_ours(session: Session, customer_id: str, refused: NoRelationshipError) -> Outcome:
    if session.offboarding.customer is not None:
        return gone_without_us(session)
    before = _removed_before(session, customer_id)
    if before is not None:
        return before
    customers = session.services.partner_center.list_customers()
    if not customers.complete or any(item.id.lower() == customer_id for item in customers.items):
        # One odd answer must not turn a good request away for ever.
        raise UnreadableAnswerError(f"the customer is refused ({refused}) but may well be in the customer list")
    text = (
        f"Partner Center shows no customer {customer_id} of this partner: the id is wrong, "
        "or the relationship was removed before"
    )
    return _reject("customer_unknown", text)


def _removed_before(session: Session, customer_id: str) -> Outcome | None:
    """This pipeline removed the same customer earlier: that is an answer, not a mistake in the request."""
    request, store = session.offboarding.request, session.services.store
    for earlier in store.find(Filter((Status.REMOVED,), customer_id)).items:
        customer = earlier.customer
        if customer is None:
            continue
        profile = CustomerProfile(customer.id, customer.company_name, customer.domain, "none")
        if _mismatch(session, profile) is None and request.customer_id == customer.id:
            session.offboarding = replace(session.offboarding, customer=customer)
            session.note("removed_before", f"by offboarding {earlier.id}, finished {stamp(earlier.updated_at)}")
            return gone_without_us(session)
    return None


def _refuse_protected(services: Services, customer_id: str) -> Outcome | None:
    if customer_id == services.partner.tenant_id:
        return _reject("own_tenant", "the customer tenant id is the partner's own tenant")
    if customer_id in services.partner.protected_customers:
        return _reject("protected_customer", f"customer {customer_id} is protected by OFFBOARDING_PROTECTED_CUSTOMERS")
    return None


def _mismatch(session: Session, profile: CustomerProfile) -> Finish | None:
    request = session.offboarding.request
    domains = {name.casefold() for name in (profile.domain, *profile.custom_domains)}
    if request.domain is not None and request.domain not in domains:
        text = f"the request says domain {request.domain}; this tenant has {profile.domain}"
        return _reject("customer_mismatch", text)
    if request.company_name is not None and _same(request.company_name) != _same(profile.company_name):
        text = f"the request says company {request.company_name!r}; Partner Center says {profile.company_name!r}"
        return _reject("customer_mismatch", text)
    return None


def _take_live(session: Session) -> Outcome | None:
    """Only an identified customer has one live offboarding: a mistaken request must not stand in for the right one."""
    if session.offboarding.request.dry_run:
        return None
    held = session.save(live=Live.TAKE)
    return None if held is None else join_or_reject(session, held)


def join_or_reject(session: Session, held: LiveElsewhere) -> Outcome:
    """The customer has a live offboarding: the same options join it, other options are refused."""
    other = session.services.store.load(held.offboarding_id)
    mine = session.offboarding
    session.offboarding = replace(mine, other_id=held.offboarding_id)
    live = other.offboarding.request if other is not None else None
    return Finish(*beside(mine.request, live, held.offboarding_id))


def _reject(code: str, text: str) -> Finish:
    return Finish(
        Status.REJECTED,
        Reason(code, f"{text}; nothing was changed", "Correct it and send it with a new request id."),
    )


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _rest(verdict: RemovalPermit | Blockers, paid_until: datetime | None) -> str:
    """What remains when the planned actions are done: what is paid until when, who or what is waited for."""
    paid = f"commitments are paid until {stamp(paid_until)}" if paid_until else "no commitment runs on"
    open_matters = [item for item in verdict.items if _is_open(item)] if isinstance(verdict, Blockers) else []
    if not open_matters:
        return paid
    named = "; ".join(f"{item.name} {item.detail}" for item in open_matters[:3])
    more = f"; and {len(open_matters) - 3} more" if len(open_matters) > 3 else ""
    return f"{paid if paid_until else 'no known date'}; waits for: {named}{more}"


def _is_open(blocker: Blocker) -> bool:
    """Neither the pipeline nor a date takes it away."""
    passing = blocker.remedy is Remedy.RECHECK and blocker.cause is not Cause.WAITS_FOR_CHILDREN
    return passing or blocker.remedy is Remedy.PERSON
