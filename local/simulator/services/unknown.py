"""Requests that no route serves: the answer names them, so that nobody takes them for a missing customer.

Microsoft's services answer 404 to some of these. The simulator does not: 404/1000 also means that a customer is gone,
and a call that it merely does not know yet must never pass for that.
"""

from local.simulator.errors import ApiError, refuse
from local.simulator.services.call import Router, Service


def unknown_route(router: Router, service: Service, method: str, path: str) -> ApiError:
    """501 in the service's own shape; Microsoft Graph answers 400 to a segment that it does not know."""
    text = f"The simulator has no route {method} {path}"
    if service is Service.GRAPH:
        parts = path.strip("/").split("/")
        known = router.known_prefix(path)
        if known < len(parts):
            return ApiError(400, "BadRequest", f"Resource not found for the segment '{parts[known]}'. {text}.")
        return ApiError(501, "NotImplemented", f"{text}.")
    if service is Service.ARM:
        return ApiError(501, "NotImplemented", f"{text}.")
    error = refuse("0")
    error.text = f"{error.text} {text}."
    return error
