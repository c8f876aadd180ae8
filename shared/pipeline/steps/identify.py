"""Which customer is meant: found in Partner Center, compared with the request, and marked as being offboarded (I6)."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.errors import NoRelationshipError, UnreadableAnswerError
from shared.domain.holdings.delegated import invitation
from shared.domain.holdings.records import Collection, CustomerProfile
from shared.domain.offboarding.record import Customer, Offboarding, Reason
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import count_of, first_of, stamp
from shared.pipeline.core.outcome import Attention, Finish, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import changed_so_far
from shared.pipeline.steps.foreseen import read_delegated
from shared.pipeline.steps.gone import gone_without_us, wait_for_second_look
from shared.pipeline.steps.others import customer_of_domain, other_of_customer
from shared.pipeline.steps.reading import Reading
from shared.pipeline.steps.rivals import join_or_reject
from shared.ports.store import Live

END_BY_HAND = (
    "End them in Partner Center. Or send a request that names the customer by customerTenantId and by the "
    "customerCompanyName that Microsoft Graph shows, without customerDomain: it ends them."
)
LEFT_OF_FORMER = (
    "Of a customer whose relationship was removed before, delegated admin relationships (GDAP) may be left; they are "
    "found by customerTenantId only"
)
ONLY_DEFAULT = (
    "Expected is the default domain of the customer, the only one that the list shows; another one of its domains can "
    "be confirmed beside customerTenantId"
)
NAMELESS = (
    "Look at this customer in Partner Center. If its tenant was deleted, remove it there; if its name and domain are "
    "shown, resume."
)


def identify(session: Session, reading: Reading) -> Outcome | None:
    """Find the customer and compare what the request says of it, before anything is recorded or written (I6).

    `reading` is begun with it, so that the plan waits for one round of answers and not for two; of a customer who is
    refused nothing but its name is looked at. Once identified, an offboarding stays with that customer: a domain that
    moves to another tenant does not move it.
    """
    request, known = session.offboarding.request, session.offboarding.customer
    customer_id = known.id if known else request.customer_id
    if customer_id is None:
        found = _by_domain(session, (request.domain or "").casefold())
        if not isinstance(found, str):
            return found
        customer_id = found
    refusal = _refuse_protected(session, customer_id)
    if refusal is not None:
        return refusal
    try:
        reading.begin(customer_id)
        profile = reading.who()
        if _cannot_be_compared(request, profile):
            # One odd answer is asked again before a person is.
            profile = reading.ask_who_again()
    except NoRelationshipError as error:
        return _not_ours(session, customer_id, error)
    missing = _cannot_be_compared(request, profile)
    if missing:
        text = f"Partner Center shows customer {customer_id} without {missing}: the request cannot be compared with it"
        return Attention(ReasonCode.CUSTOMER_NAMELESS, text, NAMELESS)
    mismatch = _mismatch(session, profile)
    if mismatch is not None:
        return _changed(known, mismatch) if known else mismatch
    if profile.relationship.casefold() != "reseller":
        text = f"relationshipToPartner is {profile.relationship!r}; only a reseller relationship is ended"
        return Attention(ReasonCode.NOT_A_RESELLER, text, "Check the customer in Partner Center, then resume.")
    customer = Customer(customer_id, profile.company_name, profile.domain)
    session.offboarding = replace(session.offboarding, customer=customer, gone_since=None)
    session.note(TimelineEvent.IDENTIFIED, f"{profile.company_name} ({profile.domain})")
    return _take_live(session)


def _cannot_be_compared(request: OffboardingRequest, profile: CustomerProfile) -> str:
    """What the request names and the profile does not have; "" when everything can be compared."""
    if request.domain is not None and not any(name.strip() for name in (profile.domain, *profile.custom_domains)):
        return "a domain"
    return "a company name" if request.company_name is not None and not profile.company_name.strip() else ""


def _by_domain(session: Session, domain: str) -> str | Outcome:
    customers, matches = _with_domain(session, domain)
    if not matches:
        # What comes or goes between two pages can hide a customer, and totals of pages do not tell: look twice.
        customers, matches = _with_domain(session, domain)
    if len(matches) == 1:
        return matches[0]
    text = f"domain {domain} matches {len(matches)} customers; it must match exactly one"
    if matches:
        return _reject(session, ReasonCode.CUSTOMER_AMBIGUOUS, text)
    known = customer_of_domain(session.services.store, session.offboarding.id, domain)
    if known is not None:
        return known
    text += f". {ONLY_DEFAULT}"
    ghosts = sum(not item.domain.strip() for item in customers.items)
    if ghosts:
        text += f". The list has {count_of(ghosts, 'customer')} without any domain: name customerTenantId if it is one"
    return _reject(session, ReasonCode.CUSTOMER_UNKNOWN, f"{text}. {LEFT_OF_FORMER}")


def _with_domain(session: Session, domain: str) -> tuple[Collection[CustomerProfile], list[str]]:
    customers = session.services.partner_center.list_customers()
    if not customers.complete:
        raise UnreadableAnswerError(f"the customer list is incomplete ({len(customers.items)} of {customers.total})")
    return customers, [item.id.lower() for item in customers.items if item.domain.casefold() == domain]


def _changed(known: Customer, mismatch: Finish) -> Outcome:
    text = f"customer {known.id} was identified before and does not fit the request any more: {mismatch.reason.text}"
    return Attention(ReasonCode.CUSTOMER_CHANGED, text, "Check which tenant is meant; resume if it is still this one.")


def _not_ours(session: Session, customer_id: str, refused: NoRelationshipError) -> Outcome:
    if session.offboarding.customer is not None:
        return gone_without_us(session)
    if session.offboarding.request.customer_id is None:
        _require_unlisted(session, customer_id, refused)
    known = _known_to_another(session, customer_id)
    if known is not None:
        return known
    _require_unlisted(session, customer_id, refused)
    return _delegated_only(session, customer_id)


def _delegated_only(session: Session, customer_id: str) -> Outcome:
    """Nothing but delegated admin relationships is left of it, if that: somebody removed the relationship by hand."""
    left = read_delegated(session.services, customer_id)
    text = (
        f"Partner Center shows no customer {customer_id} of this partner: the id is wrong, "
        "or the relationship was removed before"
    )
    if not left.standing and not left.invited:
        return _reject(session, ReasonCode.CUSTOMER_UNKNOWN, f"{text}; {left.trouble}" if left.trouble else text)
    waits = wait_for_second_look(session)
    if waits is not None:
        return waits
    request, graph_name = session.offboarding.request, (left.standing or left.invited)[0].customer_name
    named = request.company_name is not None and _same(request.company_name) == _same(graph_name)
    if session.policy.terminate_gdap and not request.dry_run and request.domain is None and named:
        session.offboarding = replace(session.offboarding, customer=Customer(customer_id, graph_name, ""))
        return gone_without_us(session)
    # Graph knows no domain: what the request says of the customer cannot be compared, so nothing is ended (I6).
    going_on = tuple(
        f"The delegated admin relationship (GDAP) {one.name} goes on ({one.status})." for one in left.standing
    )
    lapsing = tuple(invitation(one) for one in left.invited)
    session.offboarding = replace(session.offboarding, survivors=(*going_on, *lapsing))
    told = f"the relationship was gone before. {' '.join((*going_on, *lapsing)[:5])}"
    return Finish(Status.ALREADY_REMOVED, Reason(ReasonCode.GONE_BEFORE_US, told, END_BY_HAND))


def _require_unlisted(session: Session, customer_id: str, refused: NoRelationshipError) -> None:
    """One odd answer must not turn a good request away for ever."""
    customers = session.services.partner_center.list_customers()
    if any(item.id.lower() == customer_id for item in customers.items):
        raise UnreadableAnswerError(
            f"the customer list shows the customer, and reading it by its id is refused: {refused}"
        )
    if not customers.complete:
        raise UnreadableAnswerError(f"the customer is refused ({refused}) but may well be in the customer list")


def _known_to_another(session: Session, customer_id: str) -> Outcome | None:
    """This pipeline removes the same customer now, or did earlier: that is an answer, not a mistake in the request."""

    def fits(other: Offboarding, customer: Customer) -> bool:
        # The domain that the other request named was compared with the customer's own domains, and held.
        named = (other.request.domain,) if other.request.domain is not None else ()
        profile = CustomerProfile(customer.id, customer.company_name, customer.domain, "none", named)
        return _mismatch(session, profile) is None and customer.id == customer_id

    other = other_of_customer(session.services.store, session.offboarding.id, customer_id, fits)
    if other is None:
        return None
    session.offboarding = replace(session.offboarding, customer=other.customer)
    if other.finished:
        session.note(TimelineEvent.REMOVED_BEFORE, f"by offboarding {other.id}, finished {stamp(other.updated_at)}")
        return gone_without_us(session)
    return _take_live(session) or gone_without_us(session)


def _refuse_protected(session: Session, customer_id: str) -> Outcome | None:
    services = session.services
    if customer_id == services.partner.tenant_id:
        return _reject(session, ReasonCode.OWN_TENANT, "the customer tenant id is the partner's own tenant")
    if customer_id in services.partner.protected_customers:
        return _reject(
            session,
            ReasonCode.PROTECTED_CUSTOMER,
            f"customer {customer_id} is protected by OFFBOARDING_PROTECTED_CUSTOMERS",
        )
    return None


def _mismatch(session: Session, profile: CustomerProfile) -> Finish | None:
    request = session.offboarding.request
    domains = {name.casefold() for name in (profile.domain, *profile.custom_domains)}
    if request.domain is not None and request.domain not in domains:
        told = f"the request says domain {request.domain}, which Partner Center does not show for this tenant"
        text = f"{told}. {_shown(profile)}"
        return _reject(session, ReasonCode.CUSTOMER_MISMATCH, text)
    if request.company_name is not None and _same(request.company_name) != _same(profile.company_name):
        text = f"the request says company {request.company_name!r}; Partner Center says {profile.company_name!r}"
        return _reject(session, ReasonCode.CUSTOMER_MISMATCH, text)
    return None


def _shown(profile: CustomerProfile) -> str:
    """Which domains can be confirmed; custom ones are shown only to whoever has delegated administration."""
    others = sorted({name.casefold() for name in profile.custom_domains} - {profile.domain.casefold()})
    expected = f"Expected is its default domain, {profile.domain}"
    if not others:
        return f"{expected}: Partner Center shows no other domain of it to this partner, so no other can be confirmed"
    return f"{expected}, or one of its other domains: {first_of(others, most=5)}"


def _take_live(session: Session) -> Outcome | None:
    """Only an identified customer has one live offboarding: a mistaken request must not stand in for the right one."""
    if session.offboarding.request.dry_run:
        return None
    held = session.save(live=Live.TAKE)
    return None if held is None else join_or_reject(session, held)


def _reject(session: Session, code: ReasonCode, text: str) -> Finish:
    what_to_do = "Correct it and send it with a new request id."
    return Finish(Status.REJECTED, Reason(code, f"{text}; {changed_so_far(session)}", what_to_do))


def _same(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
