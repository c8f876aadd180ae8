"""What the app asks its own platform, through its own front door (shared/adapters/platform.py). Both say nothing else.

Asynchronous: those who wait for these answers may hold every thread of this worker.
"""

import azure.functions as func

bp = func.Blueprint()


@bp.function_name("check_function_key")
@bp.route(route="api/function-key", methods=["GET"], auth_level=func.AuthLevel.FUNCTION)
async def check_function_key(req: func.HttpRequest) -> func.HttpResponse:
    """204 to whoever brings a valid function key; the host refuses the others."""
    return func.HttpResponse(status_code=204)


@bp.function_name("check_forged_identity")
@bp.route(route="api/forged-identity", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def check_forged_identity(req: func.HttpRequest) -> func.HttpResponse:
    """204 if the identity that was sent along did not get here, 409 if it did: then nothing in front takes it away."""
    return func.HttpResponse(status_code=409 if req.headers.get("x-ms-client-principal") is not None else 204)
