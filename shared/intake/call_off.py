"""call_off: a withdrawal from the queue is carried out, if it names the customer of the request that it calls off."""

from __future__ import annotations

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.calling_off import CallingOff
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import Offboarding
from shared.domain.people.actor import from_queue
from shared.operations.withdraw import CalledOff, NotWithdrawableError, withdraw
from shared.pipeline.core.services import Services

UNIDENTIFIED = "names a customer that is not identified yet; name it as the request does"


class NotYetError(Exception):
    """What it calls off is not there, or not identified: its request may be behind it on the queue."""

    def __init__(self, error: InvalidRequestError) -> None:
        self.error = error
        super().__init__(str(error))


def call_off(wanted: CallingOff, services: Services) -> Offboarding:
    """Withdraw the offboarding of the request; twice is once.

    Raises NotYetError when the request or the customer's domain is not known (yet), and InvalidRequestError when it is
    another customer's, or too late.
    """
    identity = offboarding_id(wanted.request_id)
    stored = services.store.load(identity)
    if stored is not None:
        _require_same_customer(wanted, stored.offboarding)
    try:
        found = withdraw(identity, CalledOff(from_queue(wanted.requested_by), wanted.reason), services, Who.REQUEST)
    except NotWithdrawableError as error:
        raise InvalidRequestError(error.code, "requestId", str(error), wanted.request_id) from error
    if found is None:
        rule = "is the requestId of no request that was received"
        raise NotYetError(InvalidRequestError(ReasonCode.NOT_FOUND, "requestId", rule, wanted.request_id))
    return found


def _require_same_customer(wanted: CallingOff, head: Offboarding) -> None:
    rule = "is not the customer of that request"
    if wanted.customer_id is not None and head.customer_id not in (None, wanted.customer_id):
        raise InvalidRequestError(ReasonCode.CUSTOMER_MISMATCH, "customerTenantId", rule, wanted.customer_id)
    found = (head.request.domain, head.customer.domain.casefold() if head.customer else None)
    domains = {domain for domain in found if domain}
    unsure = wanted.customer_id is not None and head.customer_id is None
    if wanted.domain is not None and domains and wanted.domain not in domains:
        raise InvalidRequestError(ReasonCode.CUSTOMER_MISMATCH, "customerDomain", rule, wanted.domain)
    if head.finished:
        return
    if (unsure and wanted.domain is None) or (wanted.domain is not None and not domains):
        # Only the plan will tell whose tenant or domain it is.
        raise NotYetError(
            InvalidRequestError(
                ReasonCode.CUSTOMER_MISMATCH,
                "$",
                UNIDENTIFIED,
            )
        )
