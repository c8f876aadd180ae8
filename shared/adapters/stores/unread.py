"""What stands in for a head that a later version stored: who it is about, and that a person is needed."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from shared.adapters.stores.later import FORMAT, NAME
from shared.domain.codes import ReasonCode
from shared.domain.explained.reasons import REASONS
from shared.domain.offboarding.record import Customer, Offboarding, Reason
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import TERMINAL, Status
from shared.domain.policy import Commitments

_REQUEST = TypeAdapter(OffboardingRequest)
_CUSTOMER = TypeAdapter(Customer)
_MOMENT = TypeAdapter(datetime)
UNKNOWN = "(stored by a later version)"


def standing_in(text: str) -> Offboarding:
    """A head that nothing acts on and nobody can store, with the text that it stands for."""
    raw: dict[str, Any] = json.loads(text)
    form = f"{FORMAT[0]}.{FORMAT[1]}"
    said = f"stored by a later version (format {raw.get(NAME)}; this one reads {form}); it is left alone"
    status = next((known for known in TERMINAL if known.value == raw.get("status")), Status.NEEDS_ATTENTION)
    length = raw.get("timeline_length")
    return Offboarding(
        id=str(raw.get("id", "")),
        request=_request(raw.get("request")),
        status=status,
        stage=None,
        created_at=_moment(raw.get("created_at")),
        updated_at=_moment(raw.get("updated_at")),
        reason=Reason(ReasonCode.NEWER_RECORD, said, REASONS[ReasonCode.NEWER_RECORD].action),
        customer=_customer(raw.get("customer")),
        timeline_length=length if isinstance(length, int) else 0,
        unread=text,
    )


def _request(raw: object) -> OffboardingRequest:
    with suppress(ValidationError):
        return _REQUEST.validate_json(json.dumps(raw))
    said = raw if isinstance(raw, dict) else {}
    customer = said.get("customer_id")
    return OffboardingRequest(
        request_id=str(said.get("request_id", UNKNOWN)),
        customer_id=customer if isinstance(customer, str) else None,
        domain=None,
        company_name=None,
        requested_by=UNKNOWN,
        reason=UNKNOWN,
        dry_run=True,
        not_before=None,
        commitments=Commitments.STOP,
        correlation_id=str(said.get("correlation_id", UNKNOWN)),
        fingerprint=str(said.get("fingerprint", "")),
    )


def _customer(raw: object) -> Customer | None:
    with suppress(ValidationError):
        return _CUSTOMER.validate_json(json.dumps(raw))
    return None


def _moment(raw: object) -> datetime:
    with suppress(ValidationError):
        return _MOMENT.validate_json(json.dumps(raw)).astimezone(UTC)
    return datetime(1970, 1, 1, tzinfo=UTC)
