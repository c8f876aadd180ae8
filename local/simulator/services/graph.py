"""Microsoft Graph: granular delegated admin relationships (GDAP).

Source: Graph reference "delegatedAdminRelationship", "Create requests" (terminate), "Delete".
"""

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from local.simulator.errors import ApiError
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.auditing import Operation, audit
from local.simulator.tenant.kinds import GdapStatus
from local.simulator.tenant.records import Gdap
from local.simulator.times import iso7

_ROOT = "/v1.0/tenantRelationships/delegatedAdminRelationships"
_CONTEXT = "https://graph.microsoft.com/v1.0/tenantRelationships/$metadata"
_CLAUSE = re.compile(r"\(?\s*(customer/tenantId|status)\s+eq\s+'([^']*)'\s*\)?", re.IGNORECASE)
_TERMINABLE = frozenset({GdapStatus.ACTIVE, GdapStatus.EXPIRING})
_REQUEST_STATES = {
    GdapStatus.TERMINATION_REQUESTED: "created",
    GdapStatus.TERMINATING: "running",
    GdapStatus.TERMINATED: "succeeded",
}


def list_relationships(call: Call) -> Reply:
    """``$filter`` on customer/tenantId and status, ``$top`` up to 300, ``@odata.nextLink``."""
    _available(call)
    params = call.request.params()
    wanted = _filter(params.get("$filter", ""))
    found = [
        one
        for one in call.store.gdap
        if wanted.get("customer/tenantid", one.customer_id) == one.customer_id
        and wanted.get("status", one.status.lower()) == one.status.lower()
    ]
    call.customer = wanted.get("customer/tenantid")
    size = min(_number(params.get("$top"), call.knobs.graph_page_size), 300, call.knobs.graph_page_size)
    skip = _number(params.get("$skiptoken"), 0)
    body: dict[str, Json] = {
        "@odata.context": f"{_CONTEXT}#delegatedAdminRelationships",
        "value": [_body(call, one) for one in found[skip : skip + size]],
    }
    if len(found) > skip + size:
        kept = {name: value for name, value in params.items() if name != "$skiptoken"}
        kept["$skiptoken"] = str(skip + size)
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in kept.items())
        body["@odata.nextLink"] = f"{call.request.origin}{_ROOT}?{query}"
    return Reply(200, body)


def get_relationship(call: Call) -> Reply:
    """One relationship. 404."""
    one = _own(call)
    context = {"@odata.context": f"{_CONTEXT}#delegatedAdminRelationships/$entity"}
    return Reply(200, context | _body(call, one))


def delete_relationship(call: Call) -> Reply:
    """Only one that was never sent for approval, and only with its etag in If-Match."""
    _may_write(call)
    one = _own(call)
    given = call.request.header("if-match")
    if given is None:
        raise ApiError(400, "badRequest", "The header If-Match is required.")
    if given != "*" and given != _etag(one):
        raise ApiError(412, "preconditionFailed", "The etag does not match.")
    if one.status is not GdapStatus.CREATED:
        raise ApiError(400, "badRequest", f"A relationship in status {one.status} cannot be deleted.")
    call.store.delete(one)
    call.effect("gdap.deleted", one.id)
    return Reply(204)


def request_action(call: Call) -> Reply:
    """``{"action": "terminate"}``: 201; the relationship becomes terminated after the gdapLag."""
    _may_write(call)
    one = _own(call)
    if str(call.json_object().get("action", "")).lower() != "terminate":
        raise ApiError(400, "badRequest", "Only the action terminate is supported here.")
    if one.status not in _TERMINABLE:
        raise ApiError(400, "badRequest", f"The action terminate is invalid for status {one.status}.")
    changed = replace(
        one,
        status=GdapStatus.TERMINATION_REQUESTED,
        requested_at=call.now,
        request_id=str(uuid5(NAMESPACE_URL, f"{one.id}/{one.version}")),
        modified_at=call.now,
        version=one.version + 1,
    )
    call.store.put(changed)
    call.effect("gdap.terminated", one.id)
    customer = call.store.customers.get(one.customer_id)
    if customer is not None:
        name = "granular_admin_relationship_termination_requested"
        audit(call, customer, Operation("customer", name, (("RelationshipId", one.id),)))
    location = f"{call.request.origin}{_ROOT}/{one.id}/requests/{changed.request_id}"
    return Reply(201, _request_body(changed), {"Location": location})


def _may_write(call: Call) -> None:
    """Reading needs DelegatedAdminRelationship.Read.All or more, writing exactly this."""
    caller = call.identity
    if caller is not None and not caller.app_only and "DelegatedAdminRelationship.ReadWrite.All" not in caller.scopes:
        raise ApiError(403, "Forbidden", "Insufficient privileges to complete the operation.")


def list_requests(call: Call) -> Reply:
    """The relationship's requests; one that runs has the status running, which no page lists."""
    one = _own(call)
    value = [_request_body(one)] if one.request_id else []
    return Reply(200, {"@odata.context": f"{_CONTEXT}#requests", "value": value})


def get_request(call: Call) -> Reply:
    """One request of the relationship. 404."""
    one = _own(call)
    if one.request_id != call.args["request"].lower():
        raise ApiError(404, "itemNotFound", "The request was not found.")
    return Reply(200, _request_body(one))


def _available(call: Call) -> None:
    if call.knobs.gdap == "absent":  # how Graph words a path that it does not know
        raise ApiError(400, "BadRequest", "Resource not found for the segment 'delegatedAdminRelationships'.")


def _own(call: Call) -> Gdap:
    _available(call)
    id_ = call.args["relationship"].lower()
    call.holding = id_
    one = call.store.gdap.get(id_)
    if one is None:
        raise ApiError(404, "itemNotFound", "The delegated admin relationship was not found.")
    call.customer = one.customer_id
    return one


def _filter(text: str) -> dict[str, str]:
    if not text.strip():
        return {}
    wanted = {}
    for clause in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE):
        match = _CLAUSE.fullmatch(clause.strip())
        if match is None:
            raise ApiError(400, "badRequest", "The filter is not supported.")
        wanted[match[1].lower()] = match[2].lower()
    return wanted


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 9:
        raise ApiError(400, "badRequest", "A paging option is not a whole number.")
    return int(text)


def _etag(one: Gdap) -> str:
    return f'W/"{uuid5(NAMESPACE_URL, f"{one.id}/{one.version}").hex}"'


def _body(call: Call, one: Gdap) -> dict[str, Json]:
    customer = call.store.customers.get(one.customer_id)
    sort = "resellerDelegatedAdminRelationship" if one.reseller_type else "delegatedAdminRelationship"
    body: dict[str, Json] = {
        "@odata.type": f"#microsoft.graph.{sort}",
        "@odata.etag": _etag(one),
        "id": one.id,
        "displayName": one.display_name,
        "duration": one.duration,
        "customer": {
            "tenantId": one.customer_id,
            "displayName": customer.name if customer else "",
        },
        "accessDetails": {"unifiedRoles": [{"roleDefinitionId": role} for role in one.roles]},
        "status": one.status,
        "autoExtendDuration": one.auto_extend,
        "createdDateTime": iso7(one.created_at),
        "lastModifiedDateTime": iso7(one.modified_at),
        "activatedDateTime": _moment(one.activated_at),
        "endDateTime": _moment(one.ends_at),
    }
    if one.reseller_type:
        body |= {"isPartnerConsentPending": False, "indirectProviderTenantId": call.partner.tenant_id}
    return body


def _moment(moment: datetime | None) -> str | None:
    return iso7(moment) if moment else None


def _request_body(one: Gdap) -> Json:
    return {
        "@odata.type": "#microsoft.graph.delegatedAdminRelationshipRequest",
        "id": one.request_id,
        "action": "terminate",
        "status": _REQUEST_STATES.get(one.status, "succeeded"),
        "createdDateTime": iso7(one.requested_at or one.modified_at),
        "lastModifiedDateTime": iso7(one.modified_at),
    }


_ONE = f"{_ROOT}/{{relationship}}"
ROUTES = (
    Route("GET", _ROOT, list_relationships, Service.GRAPH),
    Route("GET", _ONE, get_relationship, Service.GRAPH),
    Route("DELETE", _ONE, delete_relationship, Service.GRAPH),
    Route("POST", f"{_ONE}/requests", request_action, Service.GRAPH),
    Route("GET", f"{_ONE}/requests", list_requests, Service.GRAPH),
    Route("GET", f"{_ONE}/requests/{{request}}", get_request, Service.GRAPH),
)
