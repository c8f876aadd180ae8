"""The message that calls an offboarding off, on the same queue as requests, bare or in a CloudEvents 1.0 envelope.

Its `type` tells it apart from a request: in the envelope it is the envelope's, a bare message carries it itself.
"""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints, ValidationError, model_validator

from shared.contracts.base import WireModel
from shared.contracts.envelope import opened
from shared.contracts.field_rules import named_mistakes
from shared.contracts.json_text import read_object
from shared.contracts.request import DOMAIN, Line, RequestId, TenantId
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.calling_off import CallingOff

WITHDRAWAL_TYPE = "offboarding.withdrawal.v1"


class WithdrawalV1(WireModel):
    """Calls one offboarding off: it stops, and what it changed is put back as far as that is possible."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["customerTenantId"]}, {"required": ["customerDomain"]}]}
    )

    version: Annotated[Literal["1"], Field(description="Version of this format.")]
    type: Annotated[
        Literal["offboarding.withdrawal.v1"],
        Field(description="Tells it apart from a request; may be left out in an envelope, which has it."),
    ]
    request_id: Annotated[RequestId, Field(description="The requestId of the request that is called off.")]
    customer_tenant_id: Annotated[
        TenantId | None, Field(description="Microsoft Entra tenant id; must be that request's customer.")
    ] = None
    customer_domain: Annotated[
        Annotated[str, StringConstraints(pattern=DOMAIN, max_length=253)] | None,
        Field(description="A domain of the customer; must be that of the request or the customer's default one."),
    ] = None
    requested_by: Annotated[Line, Field(description="Person or system that calls it off, for the record.")]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1000), Field(description="Why, for the record.")]

    @model_validator(mode="after")
    def _customer_is_named(self) -> WithdrawalV1:
        if self.customer_tenant_id is None and self.customer_domain is None:
            raise ValueError("customerTenantId or customerDomain is required")
        return self


def is_withdrawal(body: bytes) -> bool:
    """Whether a message says that it is one; what cannot be read is none."""
    try:
        return read_object(body).get("type") == WITHDRAWAL_TYPE
    except InvalidRequestError:
        return False


def parse_withdrawal(body: bytes) -> CallingOff:
    """The withdrawal in `body`; raises InvalidRequestError naming field, value and rule."""
    value, prefix = opened(read_object(body), WITHDRAWAL_TYPE)
    if prefix:
        value = {"type": WITHDRAWAL_TYPE, **value}
    try:
        found = WithdrawalV1.model_validate_json(json.dumps(value), by_alias=True, by_name=False)
    except ValidationError as error:
        raise named_mistakes(error, WithdrawalV1, prefix) from None
    return CallingOff(
        found.request_id,
        found.customer_tenant_id.lower() if found.customer_tenant_id else None,
        found.customer_domain.lower() if found.customer_domain else None,
        found.requested_by,
        found.reason,
    )
