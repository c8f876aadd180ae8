"""Refusals: the documented codes of Partner Center with texts of our own, and how each service words an error."""

from dataclasses import dataclass, field

from local.simulator.messages import Json

# https://learn.microsoft.com/partner-center/developer/error-codes
_CATALOGUE: dict[str, tuple[int, str]] = {
    "0": (501, "This operation is not defined."),
    "400": (401, "Access is denied: the token is invalid or has expired."),
    "400013": (404, "The parent product {id} was not found."),
    "800001": (401, "The partner token is missing."),
    "900420": (401, "The audience of the token is wrong for this service."),
    "900421": (401, "Unauthorized - MFA required: the token carries no multifactor claim."),
    "1000": (404, "The resource was not found."),
    "1002": (403, "Authorization failed."),
    "2000": (400, "{text}"),
    "2006": (400, "Updates are not allowed for this offer."),
    "2011": (400, "Subscription {id} is deleted and cannot be updated."),
    "2032": (403, "Access is denied. {text}"),
    "2055": (400, "The etag is no longer valid: read the resource again."),
    "3000": (400, "The relationship between the partner and customer does not exist."),
    "20000": (404, "Order {id} was not found."),
    "20002": (403, "No relationship between caller and account."),
    "20003": (404, "Subscription {id} was not found."),
    "27009": (409, "Add-on {id} cannot be enabled while its parent {parent} is not active."),
    "60003": (404, "Tenant {id} was not found."),
    "800002": (400, "The input is invalid: {text}"),
    "800003": (500, "An unexpected error occurred."),
    "800014": (409, "An adjustment of the order is pending."),
    "800019": (403, "Production tenants may cancel only software subscriptions and perpetual software."),
    "800036": (417, "A precondition failed. {text}"),
    "800040": (400, "The status of asset {id} cannot be changed to {wanted} from {status}."),
    "800060": (409, "Order {id} is being processed."),
    "800061": (400, "Order {id} cannot be cancelled."),
    "800063": (400, "Order {id} cannot be cancelled; suspend the subscription instead."),
    "800077": (403, "Seat-based products are not cancelled through the order; update the subscription."),
    "800081": (400, "Subscription {id} must be activated before it can be updated."),
    "800082": (409, "Subscription {id} is not ready to be updated; retry later."),
    "800091": (400, "Subscription {id} is suspended and cannot be updated."),
    "800093": (400, "Subscription {id} is not eligible for auto-renew changes."),
    "800095": (400, "The quantity of subscription {id} cannot be updated."),
    "800096": (400, "The status of subscription {id} cannot be updated."),
    "800111": (404, "Azure entitlement {id} was not found."),
    "900101": (409, "A transfer of subscription {id} is in progress."),
    "900115": (403, "The Azure plan cannot be suspended while an Azure subscription under it is active."),
    "900117": (400, "The {days}-day cancellation window has passed."),
    "900118": (400, "The customer id {id} is invalid."),
    "900141": (400, "This operation is not supported."),
    "900150": (403, "The role of the caller does not allow this operation."),
    "900159": (403, "The partner has no commerce relationship with the customer."),
    "900214": (400, "The {hours}-hour window for reducing seats has passed."),
    "900257": (400, "The {days}-day window for reducing seats has passed."),
    "900213": (400, "The {hours}-hour cancellation window has passed."),
    "900277": (400, "Subscription {id} is in the process of being expired; no further updates are allowed."),
    "900278": (409, "Another operation on subscription {id} is pending; retry after 24 hours."),
    "900279": (400, "Subscription {id} is {status}: updates are no longer allowed."),
    "900280": (400, "Updates are currently not allowed."),
    "900307": (400, "The cancellation reason {text} is invalid."),
    "900311": (400, "Subscription {id} was updated too many times."),
    "900321": (403, "The operation on an Azure savings plan is not supported in Partner Center."),
    "900329": (403, "App-only authentication is not supported for this operation."),
    "900416": (403, "The customer is locked."),
    "900337": (400, "The Azure entitlement {id} cannot be reactivated."),
}
_STRING_CODES = frozenset({"1000", "2000", "800002"})
"""Which codes are strings when they are mixed: both types occur in documented bodies."""


@dataclass(slots=True)
class ApiError(Exception):
    """A refusal: HTTP status, error code, text, extra headers."""

    status: int
    code: str
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    data: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.status}/{self.code} {self.text}"


def status_of(code: str) -> int:
    """The HTTP status that the code is documented with; 400 for one that is in no catalogue."""
    return _CATALOGUE[code][0] if code in _CATALOGUE else 400


def refuse(code: str, http: int | None = None, **values: object) -> ApiError:
    """The Partner Center error with that code; *http* only where a code occurs with a second status."""
    status, template = _CATALOGUE[code]
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else {}
    return ApiError(http or status, code, template.format(**values)[:1024], headers)


def partner_center_body(error: ApiError, code_type: str) -> Json:
    """``{code, description, data, source}``; *code_type* is the errorCodes knob."""
    as_text = code_type == "string" or (code_type == "mixed" and error.code in _STRING_CODES)
    code: str | int = error.code if as_text or not error.code.isdigit() else int(error.code)
    return {"code": code, "description": error.text, "data": list(error.data), "source": "PartnerFD"}


def graph_body(error: ApiError, request_id: str, moment: str) -> Json:
    """The nested error of Microsoft Graph."""
    inner = {"date": moment, "request-id": request_id, "client-request-id": request_id}
    return {"error": {"code": error.code, "message": error.text, "innerError": inner}}


def arm_body(error: ApiError) -> Json:
    """The nested error of Azure Resource Manager."""
    return {"error": {"code": error.code, "message": error.text}}


def oauth_body(error: ApiError, moment: str, trace_id: str) -> Json:
    """The error of the Microsoft Entra token endpoint; *text* begins with the AADSTS number."""
    number = error.text.split(":")[0].removeprefix("AADSTS")
    return {
        "error": error.code,
        "error_description": f"{error.text}\r\nTrace ID: {trace_id}\r\nTimestamp: {moment}",
        "error_codes": [int(number)] if number.isdigit() else [],
        "timestamp": moment,
        "trace_id": trace_id,
        "correlation_id": trace_id,
    }
