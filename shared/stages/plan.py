"""plan: the right customer, a complete inventory, and what will be done about each holding. Nothing is written."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from shared.domain.errors import NoRelationshipError
from shared.domain.offboarding import Customer, Reason, Stage, Status
from shared.domain.partner import CustomerProfile
from shared.domain.plan import draft_plan
from shared.domain.policy import Commitments
from shared.ports.runtime import Live, LiveElsewhere
from shared.stages.outcome import Again, Attention, Finish, Next, Outcome
from shared.stages.read import stamp, take_inventory
from shared.stages.services import Mode, Services
from shared.stages.session import Session


def plan(session: Session) -> Outcome:
    """Identify, read, plan; then go on, wait for the start date, or end (dry run, stop and report)."""
    refusal = _identify(session)
    if refusal is not None:
        return refusal
    inventory = take_inventory(session)
    services, request, now = session.services, session.offboarding.request, session.services.clock.now()
    drafted = draft_plan(session.records, inventory.problems, services.policy, services.pace, now)
    session.offboarding = replace(session.offboarding, plan=drafted, paid_until=drafted.paid_until)
    actions = ", ".join(f"{count} × {kind}" for kind, count in drafted.actions) or "nothing to do"
    session.note("planned", f"{drafted.holdings} holdings: {actions}; paid until {_date(drafted.paid_until)}")
    if any(not problem.passes_by_itself for problem in inventory.problems):
        first = next(problem for problem in inventory.problems if not problem.passes_by_itself)
        if not request.dry_run:
            return Attention(Reason(first.code, first.detail, first.operator_action))
    if request.dry_run:
        return Finish(Status.PLANNED, Reason("dry_run", f"dry run: {actions}; nothing was changed"))
    if request.commitments is Commitments.STOP and not drafted.can_finish_today:
        late = drafted.dated_blockers + drafted.undated_blockers
        text = f"{late} holding(s) cannot be ended today and the request says stop; nothing was changed"
        return Finish(Status.STOPPED, Reason("commitments_remain", text))
    if request.not_before is not None and request.not_before > now:
        text = f"planned; starts at {stamp(request.not_before)} as requested"
        return Again(request.not_before, Reason("not_before", text))
    if services.mode is not Mode.LIVE:
        text = "planned; this deployment is in mode plan and writes nothing"
        action = "Set OFFBOARDING_MODE to live when the plans look right; it goes on by itself."
        return Again(now + services.pace.recheck, Reason("mode_plan", text, action))
    return Next(Stage.SUSPEND)


def _identify(session: Session) -> Outcome | None:
    """Find the customer and compare what the request says of it, before any other call (I6)."""
    services, request = session.services, session.offboarding.request
    customer_id = request.customer_id
    if customer_id is None:
        matches = [
            item
            for item in services.partner_center.list_customers().items
            if item.domain.casefold() == (request.domain or "")
        ]
        if len(matches) != 1:
            text = f"domain {request.domain} matches {len(matches)} customers; it must match exactly one"
            return _reject("customer_ambiguous" if matches else "customer_unknown", text)
        customer_id = matches[0].id.lower()
    refusal = _refuse_protected(services, customer_id)
    if refusal is not None:
        return refusal
    try:
        profile = services.partner_center.get_customer(customer_id)
    except NoRelationshipError:
        text = (
            f"Partner Center shows no customer {customer_id} of this partner: the id is wrong, "
            "or the relationship was removed before"
        )
        return _reject("customer_unknown", text)
    mismatch = _mismatch(session, profile)
    if mismatch is not None:
        return mismatch
    customer = Customer(customer_id, profile.company_name, profile.domain)
    session.offboarding = replace(session.offboarding, customer=customer)
    session.note("identified", f"{profile.company_name} ({profile.domain})")
    return _take_live(session)


def _refuse_protected(services: Services, customer_id: str) -> Outcome | None:
    if customer_id == services.partner.tenant_id:
        return _reject("own_tenant", "the customer tenant id is the partner's own tenant")
    if customer_id in services.partner.protected_customers:
        return _reject("protected_customer", f"customer {customer_id} is protected by OFFBOARDING_PROTECTED_CUSTOMERS")
    return None


def _mismatch(session: Session, profile: CustomerProfile) -> Outcome | None:
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
    """A request by domain alone learns its customer here, so it takes the one-live-offboarding marker here."""
    offboarding = session.offboarding
    if offboarding.request.customer_id is not None or offboarding.request.dry_run:
        return None
    held = session.save(live=Live.TAKE)
    return None if held is None else join_or_reject(session, held)


def join_or_reject(session: Session, held: LiveElsewhere) -> Outcome:
    """The customer has a live offboarding: the same options join it, other options are refused."""
    other = session.services.store.load(held.offboarding_id)
    mine = session.offboarding
    if other is not None and other.offboarding.request.options == mine.request.options:
        session.offboarding = replace(mine, joined_to=held.offboarding_id)
        return Finish(Status.JOINED, Reason("joined", f"offboarding {held.offboarding_id} is doing this already"))
    text = f"offboarding {held.offboarding_id} of the same customer is live with other options"
    action = "Wait for it, or send the same options to join it."
    return Finish(Status.REJECTED, Reason("live_with_other_options", text, action))


def _reject(code: str, text: str) -> Finish:
    return Finish(
        Status.REJECTED, Reason(code, f"{text}; nothing was changed", "Correct the request and send it again.")
    )


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _date(at: object) -> str:
    return f"{at:%Y-%m-%d}" if at else "today"
