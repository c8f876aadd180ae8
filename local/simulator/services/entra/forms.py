"""Reading form bodies and scopes."""

from urllib.parse import parse_qsl

from local.simulator.errors import ApiError
from local.simulator.services.call import Call
from local.simulator.services.tokens import AUDIENCES

_SCOPE_ENDINGS = ("/.default", "/user_impersonation", "/DelegatedAdminRelationship.ReadWrite.All")
_PLAIN_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})


def form_of(call: Call) -> dict[str, str]:
    """The body as a form; the last of a repeated name wins."""
    try:
        return dict(parse_qsl(call.request.body.decode("utf-8"), max_num_fields=50))
    except (UnicodeDecodeError, ValueError):
        raise ApiError(400, "invalid_request", "AADSTS900144: The request body is not a form.") from None


def audience_of_scope(scope: str) -> tuple[str, str]:
    """The audience that the first scope of a service stands for, and that scope. ApiError 70011, 900144."""
    for one in scope.split():
        if one in _PLAIN_SCOPES:
            continue
        resource = one
        for ending in _SCOPE_ENDINGS:
            resource = resource.removesuffix(ending)
        audience = AUDIENCES.get(resource.rstrip("/"))
        if audience is not None:
            return audience, one
        raise ApiError(400, "invalid_scope", f"AADSTS70011: The scope {one!r} is not valid.")
    raise ApiError(400, "invalid_request", "AADSTS900144: The request body must contain 'scope'.")
