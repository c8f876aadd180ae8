"""Error codes of Azure Resource Manager for reservations and savings plans (Microsoft.Capacity, ErrorResponseCode).

Refund codes arrive inside a 200 of calculateRefund as often as with a 4xx. What an answer says concerns one customer's
tenant: it is never a reason to stop every other offboarding, except for a token that nobody accepts.
"""

from __future__ import annotations

from datetime import timedelta

from shared.adapters.http.error_map import About, ErrorRow, rules_of
from shared.domain.errors import Verdict
from shared.domain.lessons import Lesson

HOUR = timedelta(hours=1)
READER = (
    "Give the sign-in account the Reservations Reader and Savings plan Reader roles in the customer's tenant, and make "
    "it owner of reservation orders that are to be returned, then resume."
)
CONSENT = "Check that the application has consent in the customer's tenant (through GDAP), then resume."
SUPPORT = "Open a support request with Azure (reservation management, exchanges and refunds), then resume."
IN_AZURE = "Look at the reservation in the Azure portal, return it there, then resume."
REPORT = "Report this to the maintainers with the request id of the log; return it in the Azure portal, then resume."


def _row(verdict: Verdict, code: str, sentence: str, advice: str = "", wait: timedelta | None = None) -> ErrorRow:
    return ErrorRow(None, code, verdict, sentence, advice, wait)


def _no_refund(code: str, sentence: str) -> ErrorRow:
    return ErrorRow(None, code, Verdict.CANNOT_NOW, sentence, SUPPORT, teaches=Lesson.NO_REFUND)


AZURE = (
    _no_refund("SelfServiceRefundNotSupported", "this product cannot be refunded"),
    _no_refund("RefundLimitExceeded", "the refund limit of twelve months is used up"),
    _no_refund("PolicyError", "Azure's refund policy does not allow it"),
    _row(Verdict.RETRY_LATER, "OperationCannotBePerformedInCurrentState", "its state does not allow it yet", wait=HOUR),
    _row(
        Verdict.RETRY_LATER, "InvalidRefundQuantity", "its quantity has changed, so it is read again first", wait=HOUR
    ),
    _row(Verdict.RETRY_LATER, "BillingTransientError", "Azure's billing is not available", wait=HOUR),
    _row(Verdict.RETRY_LATER, "FulfillmentTransientError", "Azure could not carry it out", wait=HOUR),
    _row(Verdict.RETRY_LATER, "OperationFailed", "Azure could not carry it out", wait=HOUR),
    _row(Verdict.RETRY_LATER, "InternalServerError", "an unexpected error on Azure's side"),
    _row(Verdict.RETRY_LATER, "ServerTimeout", "Azure took too long"),
    _row(Verdict.ALREADY_DONE, "ReservationOrderNotFound", "there is no such reservation order any more", IN_AZURE),
    _row(
        Verdict.ALREADY_DONE,
        "ReservationIdNotInReservationOrder",
        "the reservation is not in its order any more",
        IN_AZURE,
    ),
    _row(Verdict.ALREADY_DONE, "PatchValuesSameAsExisting", "it is set like this already", IN_AZURE),
    _row(Verdict.OPERATOR, "AuthorizationFailed", "the sign-in account lacks a role in the customer's Azure", READER),
    _row(Verdict.OPERATOR, "Forbidden", "the sign-in account lacks a role in the customer's Azure", READER),
    _row(Verdict.OPERATOR, "BillingError", "Azure's billing refuses it", SUPPORT),
    _row(Verdict.OPERATOR, "BillingCustomerInputError", "Azure's billing refuses it", SUPPORT),
    _row(Verdict.OPERATOR, "BillingPaymentInstrumentHardError", "Azure's billing refuses the way of payment", SUPPORT),
    _row(Verdict.OPERATOR, "BillingPaymentInstrumentSoftError", "Azure's billing refuses the way of payment", SUPPORT),
    # A token of the wrong tenant concerns this customer alone.
    _row(Verdict.OPERATOR, "InvalidAuthenticationTokenTenant", "the token is not of the customer's tenant", CONSENT),
    *(
        ErrorRow(
            401, code, Verdict.OPERATOR, "the token is not accepted, also when renewed", CONSENT, about=About.TOKEN
        )
        for code in ("ExpiredAuthenticationToken", "InvalidAuthenticationToken", "InvalidAccessToken")
    ),
    *(
        _row(Verdict.BUG, code, "the call is not valid", REPORT)
        for code in ("BadRequest", "InvalidRequestContent", "InvalidReservationOrderId", "InvalidReservationId")
    ),
)
azure_rules = rules_of(AZURE)
