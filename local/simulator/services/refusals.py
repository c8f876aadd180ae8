"""Refusals that last for a time: an account under review, a locked customer, updates that are not allowed now."""

from local.simulator.errors import ApiError
from local.simulator.services.call import Call, Route, Service
from local.simulator.tenant.kinds import Write
from local.simulator.tenant.records import StandingRefusal

_BY_SEGMENT = (
    ("azureentitlements", Write.AZURE_SUBSCRIPTION),
    ("subscriptions", Write.SUBSCRIPTION),
    ("orders", Write.ORDER),
    ("microsoft.capacity", Write.RESERVATION),
    ("microsoft.billingbenefits", Write.SAVINGS_PLAN),
    ("delegatedadminrelationships", Write.DELEGATED_ADMIN),
)
_READS = frozenset({"GET", "HEAD"})


def check_refusals(call: Call, route: Route) -> None:
    """ApiError while a refusal of this write stands. Reading and calculating a refund are no writes."""
    if route.method in _READS or route.service is Service.TOKEN or route.template.endswith("/calculateRefund"):
        return
    customer_id = _customer_of(call, route.service)
    for one in call.store.refusals.of(customer_id or ""):
        begun, over = one.begins_at <= call.now, one.ends_at is not None and one.ends_at <= call.now
        if begun and not over and one.write in {Write.ANYTHING, _write_of(route)} and _is_meant(one, call):
            headers = {} if one.retry_after is None else {"Retry-After": str(one.retry_after)}
            raise ApiError(one.status, one.code, one.text, headers)


def _write_of(route: Route) -> Write:
    segments = route.template.lower().split("/")
    return next((write for segment, write in _BY_SEGMENT if segment in segments), Write.RELATIONSHIP)


def _customer_of(call: Call, service: Service) -> str | None:
    if service is Service.ARM:
        return call.identity.tenant_id if call.identity else None
    if service is Service.GRAPH:
        found = call.store.gdap.get(call.args.get("relationship", "").lower())
        return found.customer_id if found else None
    named = call.args.get("customer", "").lower()
    return next((one.id for one in call.store.customers if named in {one.id, one.domain.lower()}), None)


def _is_meant(refusal: StandingRefusal, call: Call) -> bool:
    """A reservation is named in the body of its return, everything else in the path."""
    wanted = refusal.holding_id
    return wanted is None or wanted in call.request.path.lower() or wanted.encode() in call.request.body.lower()
