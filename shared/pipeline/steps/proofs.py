"""The proofs that a removal took effect: what is asked, and which answer counts. Reads only.

A proof that holds is kept; the customer list is read anew in every check, because absence counts only together with a
complete list read by the same sign-in. Where no accepted removal explains the absence, so is the customer, and a first
look proves nothing yet: what vanished needs a second one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.errors import NoRelationshipError, RefusedError, RemoteError, SignInRequiredError, ThrottledError
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.offboarding.proofs import ProofName
from shared.domain.offboarding.record import Offboarding, Proof
from shared.domain.wording import count_of
from shared.pipeline.core.session import Session
from shared.pipeline.steps.delegated_admin import refused_ends, still_alive
from shared.pipeline.steps.second_look import looked_twice, note_look

CLOCK_MARGIN = timedelta(days=1)
"""Microsoft's clock is not ours, and a colleague may have been a moment faster."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `alive`: the delegated admin relationships that have not ended yet."""

    holds: bool
    detail: str
    alive: tuple[DelegatedRelationship, ...] = ()


_Check = Callable[[Session], Finding]


def check_proofs(session: Session) -> tuple[tuple[DelegatedRelationship, ...], RemoteError | None]:
    """Check every proof; the answers are in the head, not stored yet. Returns the delegated admin relationships that
    have not ended, and the error of a check that could wait for their end."""
    now = session.services.clock.now()
    alive: tuple[DelegatedRelationship, ...] = ()
    trouble: RemoteError | None = None
    proofs = {proof.name: proof for proof in session.offboarding.proofs if proof.holds}
    for name, check in CHECKS.items():
        if name in proofs and name not in _read_anew(session.offboarding):
            continue
        try:
            found = check(session)
        except RemoteError as error:
            if name not in AFTER_GDAP or isinstance(error, ThrottledError):
                raise
            # What cannot be asked now must not keep admin rights alive.
            trouble = trouble or error
            continue
        alive = found.alive or alive
        proofs[name] = Proof(name, found.holds, found.detail, now)
        # Kept at once: a later check may fail, and one of them looks at what the earlier ones found.
        session.offboarding = replace(session.offboarding, proofs=tuple(proofs.values()))
        if name == CUSTOMER_READ or (name == CUSTOMER_LIST and not found.holds):
            note_look(session, gone=proven(session.offboarding) >= GONE)
    session.offboarding = replace(session.offboarding, proofs=tuple(proofs[name] for name in CHECKS if name in proofs))
    return alive, trouble


def proven(offboarding: Offboarding) -> frozenset[str]:
    """The names of the proofs that hold."""
    return frozenset(proof.name for proof in offboarding.proofs if proof.holds)


def seems_gone(offboarding: Offboarding) -> bool:
    """The last look found the customer neither listed nor readable."""
    return proven(offboarding) >= GONE


def is_gone(session: Session) -> bool:
    """The customer is gone for sure: what may only be done to a former customer may be done.

    A removal of ours that was accepted explains why it is neither listed nor readable, and so does one that is in the
    activity log. Anything else needs a second look.
    """
    offboarding, removal = session.offboarding, session.offboarding.removal
    if not seems_gone(offboarding):
        return False
    if removal is not None and removal.was_accepted:
        return True
    logged = removal is not None and removal.is_ours and ACTIVITY_LOG in proven(offboarding)
    return logged or looked_twice(session)


def _read_anew(offboarding: Offboarding) -> frozenset[str]:
    accepted = offboarding.removal is not None and offboarding.removal.was_accepted
    return READ_ANEW if accepted else GONE


def _customer_list(session: Session) -> Finding:
    customers = session.services.partner_center.list_customers()
    listed = any(item.id.lower() == session.offboarding.customer_id for item in customers.items)
    if listed:
        return Finding(False, "still in the customer list")
    if not customers.complete:
        return Finding(False, f"the customer list is incomplete ({len(customers.items)} of {customers.total})")
    return Finding(True, f"not among {count_of(len(customers.items), 'customer')}")


def _refused(call: Callable[[Session, str], object]) -> _Check:
    def check(session: Session) -> Finding:
        try:
            call(session, session.customer_id)
        except NoRelationshipError as error:
            return Finding(True, f"Partner Center no longer knows the customer ({_answer(error)})")
        except (RefusedError, SignInRequiredError) as error:
            # "Authorization failed" (403/1002) is said of a removed customer too. It proves something only where the
            # same sign-in has just read the whole customer list without it.
            if error.status not in (403, 404) or CUSTOMER_LIST not in proven(session.offboarding):
                raise
            return Finding(True, f"not readable any more ({_answer(error)}), and not in the customer list")
        return Finding(False, "still readable")

    return check


def _answer(error: RemoteError) -> str:
    code = f", code {error.remote_code}" if error.remote_code else ""
    return f"{error.status}{code}"


def _delegated_admin(session: Session) -> Finding:
    if not session.policy.terminate_gdap:
        return Finding(True, "delegated admin relationships are left alone, because the settings or the request say so")
    alive, total = still_alive(session)
    if not alive:
        left = len(session.offboarding.gdap_left)
        lapse = f"; {count_of(left, 'invitation')} without an answer will lapse" if left else ""
        return Finding(True, f"{_all_ended(total)}{lapse}")
    if not is_gone(session):
        return Finding(False, f"{len(alive)} delegated admin relationships end as soon as the customer is gone")
    refused = refused_ends(session, alive)
    return Finding(False, f"{len(alive)} of {total} delegated admin relationships not ended yet{refused}", alive)


def _all_ended(total: int) -> str:
    if not total:
        return "there were no delegated admin relationships"
    if total == 1:
        return "the only delegated admin relationship has ended"
    return f"all {total} delegated admin relationships have ended"


def _support_contact(session: Session) -> Finding:
    legacy = [r.holding.id for r in session.records.values() if r.holding.kind is HoldingKind.LEGACY_LICENCE]
    if not legacy:
        return Finding(True, "no legacy subscription, so there is no support contact to ask for")
    refused = session.services.partner_center.support_contact_refused(session.customer_id, legacy[0])
    return Finding(refused, "not readable any more" if refused else "still readable")


def _activity_log(session: Session) -> Finding:
    removal = session.offboarding.removal
    if removal is None or not removal.is_ours:
        # What was not asked for proves nothing by itself.
        text = "the relationship had not ended by a call of ours, so there is no record of ours to ask for"
        return Finding(seems_gone(session.offboarding), text)
    since = removal.intended_at - CLOCK_MARGIN
    found = session.services.partner_center.removal_audited(session.customer_id, since)
    text = "remove_partner_customer_relationship succeeded" if found else "no record in the activity log yet"
    return Finding(found, text)


CUSTOMER_LIST, CUSTOMER_READ = ProofName.CUSTOMER_LIST.value, ProofName.CUSTOMER_READ.value
ACTIVITY_LOG = ProofName.ACTIVITY_LOG.value
CHECKS: dict[str, _Check] = {
    CUSTOMER_LIST: _customer_list,
    CUSTOMER_READ: _refused(lambda session, customer: session.services.partner_center.get_customer(customer)),
    ProofName.SUBSCRIPTIONS.value: _refused(
        lambda session, customer: session.services.partner_center.list_subscriptions(customer)
    ),
    ProofName.PURCHASING.value: _refused(
        lambda session, customer: session.services.partner_center.list_orders(customer)
    ),
    ProofName.DELEGATED_ADMIN.value: _delegated_admin,
    ProofName.SUPPORT_CONTACT.value: _support_contact,
    ACTIVITY_LOG: _activity_log,
}
AFTER_GDAP = frozenset({"support_contact", ACTIVITY_LOG})
"""Asked after the delegated admin relationships, whose end waits for neither."""
READ_ANEW = frozenset({CUSTOMER_LIST})
GONE = frozenset({CUSTOMER_LIST, CUSTOMER_READ})
