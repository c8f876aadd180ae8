"""The request as a CRM sends it, by queue or by HTTP, bare or in a CloudEvents 1.0 envelope."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.field_rules import code_of, rule_of, shown_value
from shared.contracts.json_text import read_object
from shared.domain.errors import InvalidRequestError
from shared.domain.policy import Commitments, Restriction
from shared.domain.request import OffboardingRequest

GUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
DOMAIN = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$"
REQUEST_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"

RequestId = Annotated[str, StringConstraints(pattern=REQUEST_ID)]
TenantId = Annotated[str, StringConstraints(pattern=GUID)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=ONE_LINE)]

MPN_ID = r"^[0-9]{1,20}$"
RestrictionWord = Literal[
    "strict_nce",
    "no_reservation_refunds",
    "leave_marketplace",
    "leave_gdap",
    "ask_about_transfers",
    "perpetual_software_blocks",
]

REQUEST_TYPE = "offboarding.request.v1"


class RequestV1(WireModel):
    """Asks to end the reseller relationship with one customer."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["customerDomain"]}, {"required": ["customerTenantId", "customerCompanyName"]}]
        }
    )

    version: Annotated[Literal["1"], Field(description="Version of this format.")]
    request_id: Annotated[RequestId, Field(description="Chosen by the sender; sending it twice is one offboarding.")]
    customer_tenant_id: Annotated[
        TenantId | None,
        Field(
            description="Microsoft Entra tenant id of the customer; may be left out if the domain alone identifies it."
        ),
    ] = None
    customer_domain: Annotated[
        Annotated[str, StringConstraints(pattern=DOMAIN, max_length=253)] | None,
        Field(description="A domain of the customer; must match exactly. Without a tenant id: its default domain."),
    ] = None
    customer_company_name: Annotated[
        Line | None, Field(description="Company name in Partner Center; must match exactly.")
    ] = None
    requested_by: Annotated[Line, Field(description="Person or system that asks, for the record.")]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000), Field(description="Why, for the record.")]
    dry_run: Annotated[bool, Field(description="Only plan: nothing is changed anywhere.")] = False
    not_before: Annotated[UtcTime | None, Field(description="Change nothing before this time (with a zone).")] = None
    commitments: Annotated[
        Literal["wait_for_term_end", "stop_and_report"],
        Field(description="If a commitment cannot be cancelled today: wait for its end, or touch nothing and report."),
    ] = "wait_for_term_end"
    reseller_mpn_id: Annotated[
        Annotated[str, StringConstraints(pattern=MPN_ID)] | None,
        Field(
            description="Indirect providers: partner location id of the reseller whose customer it is. A customer that "
            "holds something of another reseller is refused."
        ),
    ] = None
    restrictions: Annotated[
        tuple[RestrictionWord, ...],
        Field(max_length=len(Restriction), description="Narrows what the deployment allows; nothing can be widened."),
    ] = ()
    suspended_licences: Annotated[
        Literal["leave", "reactivate_to_end"],
        Field(
            description="A suspended licence outside its window: leave it until its term ends, or switch it on "
            "again to record that it ends with its term."
        ),
    ] = "leave"
    correlation_id: Annotated[Line | None, Field(description="Handed through to every event.")] = None

    @model_validator(mode="after")
    def _customer_is_named_twice(self) -> RequestV1:
        if self.customer_tenant_id is None and self.customer_domain is None:
            raise ValueError("customerTenantId or customerDomain is required")
        if self.customer_domain is None and self.customer_company_name is None:
            raise ValueError("customerDomain or customerCompanyName is required, so that a wrong id is noticed")
        return self

    def to_domain(self) -> OffboardingRequest:
        """The same request in the domain's types, with its fingerprint."""
        # Without defaults: an option that a later version adds must not change the fingerprint of a stored request.
        said = json.loads(self.model_dump_json(by_alias=True, exclude_defaults=True))
        # The same request in another spelling is the same request.
        for name in ("customerTenantId", "customerDomain"):
            if name in said:
                said[name] = said[name].lower()
        if self.restrictions:
            said["restrictions"] = sorted(set(self.restrictions))
        canonical = json.dumps(said, sort_keys=True)
        return OffboardingRequest(
            request_id=self.request_id,
            customer_id=self.customer_tenant_id.lower() if self.customer_tenant_id else None,
            domain=self.customer_domain.lower() if self.customer_domain else None,
            company_name=self.customer_company_name,
            requested_by=self.requested_by,
            reason=self.reason,
            dry_run=self.dry_run,
            not_before=self.not_before,
            commitments=Commitments(self.commitments),
            correlation_id=self.correlation_id or self.request_id,
            fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
            reseller=self.reseller_mpn_id,
            restrictions=tuple(sorted({Restriction(word) for word in self.restrictions})),
            reactivate_suspended=self.suspended_licences == "reactivate_to_end",
        )


ENVELOPE_REQUIRED = ("specversion", "id", "source", "type")
ENVELOPE_KNOWN = frozenset({*ENVELOPE_REQUIRED, "datacontenttype", "dataschema", "subject", "time", "data"})
EXTENSION = re.compile(r"^[a-z0-9]{1,20}$")


def parse_request(body: bytes) -> OffboardingRequest:
    """The request in `body`; raises InvalidRequestError naming field, value and rule, or the byte offset."""
    value = read_object(body)
    prefix = ""
    if "specversion" in value:
        value, prefix = _open_envelope(value), "data."
    try:
        # Through JSON once more: strict mode accepts date-times as text only from JSON input.
        # Names as in the schema only: `dry_run` beside `dryRun` is an unknown field.
        return RequestV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False).to_domain()
    except ValidationError as error:
        raise _named(error, prefix) from None


def _open_envelope(value: Mapping[str, object]) -> dict[str, object]:
    for name in ENVELOPE_REQUIRED:
        if not isinstance(value.get(name), str) or not value[name]:
            raise InvalidRequestError("missing_field", name, "a CloudEvents envelope needs it as text")
    if value["specversion"] != "1.0":
        raise InvalidRequestError("wrong_value", "specversion", "must be 1.0", str(value["specversion"]))
    if value["type"] != REQUEST_TYPE:
        raise InvalidRequestError("wrong_value", "type", f"must be {REQUEST_TYPE}", str(value["type"]))
    if "json" not in str(value.get("datacontenttype", "application/json")):
        rule = "must be application/json"
        raise InvalidRequestError("wrong_value", "datacontenttype", rule, str(value["datacontenttype"]))
    for name in value:
        if name not in ENVELOPE_KNOWN and not EXTENSION.match(name):
            rule = "is neither a CloudEvents attribute nor a valid extension name"
            raise InvalidRequestError("unknown_field", name, rule)
    data = value.get("data")
    if not isinstance(data, dict):
        raise InvalidRequestError("wrong_type", "data", "must be the request as a JSON object", type(data).__name__)
    return dict(data)


def _named(error: ValidationError, prefix: str) -> InvalidRequestError:
    found = [_one(item, prefix) for item in error.errors(include_url=False)]
    code, field, rule, value = found[0]
    return InvalidRequestError(code, field, rule, value, tuple((item[1], item[2]) for item in found[1:20]))


def _one(item: Any, prefix: str) -> tuple[str, str, str, str]:
    kind, path = str(item["type"]), ".".join(str(part) for part in item["loc"])
    field = prefix + path if path else prefix.rstrip(".") or "$"
    if kind == "extra_forbidden":
        known = ", ".join(field.alias or name for name, field in RequestV1.model_fields.items())
        return code_of(kind), field, f"is not a known field; known are {known}", ""
    shown = shown_value(item.get("input")) if path and kind != "missing" else ""
    return code_of(kind), field, rule_of(kind, path, item.get("ctx") or {}, str(item["msg"])), shown
