"""``GET /v1/auditrecords``: the activity log, filtered by customer, in pages."""

import json
from datetime import UTC, date, datetime, time, timedelta

from local.simulator.errors import refuse
from local.simulator.messages import Json, encode, lower_keys
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.paging import page
from local.simulator.tenant.records import AuditRecord
from local.simulator.times import iso7

_FORMATS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S")


def list_audit_records(call: Call) -> Reply:
    """Records from startDate to endDate (both inclusive, UTC days)."""
    params = call.request.params()
    first = _day(params, "startDate", None)
    last = _day(params, "endDate", call.now.date())
    begin = datetime.combine(first, time(), UTC)
    end = datetime.combine(last, time(), UTC) + timedelta(days=1)
    text = params.get("filter", "")
    field, value = _filter(text)
    shown_until = call.now - call.knobs.audit_lag
    found = [
        (ordinal, one)
        for ordinal, one in enumerate(call.store.audit, start=1)
        if begin <= one.at < end and one.at <= shown_until and _matches(one, field, value)
    ]
    body = page(call, "/auditrecords", found, lambda pair: pair[0], lambda pair: _body(call, pair[1]), text)
    return Reply(200, body)


def _body(call: Call, one: AuditRecord) -> Json:
    new_value = encode(dict(one.data) | {"Attributes": {"ObjectType": one.resource_type.title()}})
    return {
        "id": one.id,
        "partnerId": call.partner.tenant_id,
        "customerId": one.customer_id,
        "customerName": one.customer_name,
        "userPrincipalName": call.partner.user,
        "applicationId": one.application_id,
        "resourceType": one.resource_type,
        "resourceNewValue": new_value.decode(),
        "operationType": one.operation_type,
        "operationDate": iso7(one.at),
        "operationStatus": one.status,
        "originalCorrelationId": one.correlation_id,
        "customizedData": [{"key": key, "value": value} for key, value in one.data],
        "attributes": {"objectType": "AuditRecord"},
    }


def _day(params: dict[str, str], name: str, default: date | None) -> date:
    text = params.get(name)
    if text is None:
        if default is None:
            raise refuse("2000", text=f"{name} is required")
        return default
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise refuse("2000", text=f"{name} must be a date such as 2026-05-04")


def _filter(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    try:
        parsed: Json = lower_keys(json.loads(text))
        field, value, operator = (str(parsed[key]).lower() for key in ("field", "value", "operator"))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise refuse("2000", text="filter must be JSON with Field, Value and Operator") from None
    allowed = {"customerid": "equals", "resourcetype": "equals", "companyname": "substring"}
    if allowed.get(field) != operator:
        raise refuse("2000", text="filter needs CustomerId or ResourceType equals, or CompanyName substring")
    return field, value


def _matches(one: AuditRecord, field: str, value: str) -> bool:
    if field == "customerid":
        return one.customer_id == value
    if field == "resourcetype":
        return one.resource_type == value
    return value in one.customer_name.lower()


ROUTES = (Route("GET", "/v1/auditrecords", list_audit_records, Service.PARTNER_CENTER),)
