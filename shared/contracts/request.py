"""The request as a CRM sends it, by queue or by HTTP, bare or in a CloudEvents 1.0 envelope."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.envelope import opened
from shared.contracts.field_rules import LONGEST_GRACE, named_mistakes
from shared.contracts.json_text import read_object
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.policy import Commitments, Renewals, Restriction

GUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
DOMAIN = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$"
REQUEST_ID = r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$"
ONE_LINE = r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$"

RequestId = Annotated[str, StringConstraints(pattern=REQUEST_ID)]
BatchId = Annotated[str, StringConstraints(pattern=REQUEST_ID)]
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
        Field(
            description="A domain of the customer that Partner Center shows: its default one, or with a tenant id "
            "also a custom one. Without a tenant id: its default domain."
        ),
    ] = None
    customer_company_name: Annotated[
        Line | None, Field(description="Company name in Partner Center; must match exactly.")
    ] = None
    requested_by: Annotated[Line, Field(description="Person or system that asks, for the record.")]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000), Field(description="Why, for the record.")]
    dry_run: Annotated[bool, Field(description="Only plan: nothing is changed anywhere.")] = False
    not_before: Annotated[
        UtcTime | None, Field(description="Change nothing before this time (with a zone), but for what renewals says.")
    ] = None
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
    renewals: Annotated[
        Literal["let_renew", "end_with_term", "monthly"] | None,
        Field(
            description="With notBefore: what to do with a term that renews before the start. Let it renew, end it "
            "with its term, so that service may end before the start, or renew it month by month until the start, "
            "where the product has a monthly term. Without it, or without such a term, a person is asked."
        ),
    ] = None
    reduce_seats: Annotated[
        bool,
        Field(description="Give back the seats of a licence that still can be, where it cannot be cancelled whole."),
    ] = False
    grace_seconds: Annotated[
        Annotated[int, Field(ge=0, le=LONGEST_GRACE)] | None,
        Field(
            description="How long nothing irreversible is written after the work begins, so that the offboarding can "
            "still be withdrawn; lengthens what the deployment allows, never shortens it."
        ),
    ] = None
    approval_reference: Annotated[
        Annotated[str, StringConstraints(min_length=1, max_length=200)] | None,
        Field(
            description="Where the offboarding was agreed on the sender's side, for the record: it approves nothing."
        ),
    ] = None
    correlation_id: Annotated[Line | None, Field(description="Handed through to every event.")] = None
    batch_id: Annotated[
        BatchId | None,
        Field(
            description="Requests with the same one are followed as one batch: in lists, events and rules of "
            "notifications. Spelled as a requestId, and no name of a person. Sent again with another one, a request "
            "stays in its first."
        ),
    ] = None

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
        # Without its batch: a request that is sent again in another one asks for nothing else.
        said = json.loads(self.model_dump_json(by_alias=True, exclude_defaults=True, exclude={"batch_id"}))
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
            renewals=Renewals(self.renewals) if self.renewals else None,
            reduce_seats=self.reduce_seats,
            grace=timedelta(seconds=self.grace_seconds) if self.grace_seconds is not None else None,
            approval_reference=self.approval_reference,
            batch_id=self.batch_id,
        )


def parse_request(body: bytes) -> OffboardingRequest:
    """The request in `body`; raises InvalidRequestError naming field, value and rule, or the byte offset."""
    value, prefix = opened(read_object(body), REQUEST_TYPE)
    try:
        # Through JSON once more: strict mode accepts date-times as text only from JSON input.
        # Names as in the schema only: `dry_run` beside `dryRun` is an unknown field.
        return RequestV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False).to_domain()
    except ValidationError as error:
        raise named_mistakes(error, RequestV1, prefix) from None
