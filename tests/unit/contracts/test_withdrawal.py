"""The withdrawal message: its samples, its schema, and how it is told apart from a request."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.withdrawal import WithdrawalV1, is_withdrawal, parse_withdrawal
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError

FOLDER = Path(__file__).resolve().parents[3] / "schemas"
SAMPLES = sorted((FOLDER / "samples" / "withdrawal").glob("*.json"))
BARE: dict[str, Any] = json.loads((FOLDER / "samples" / "withdrawal" / "bare.json").read_text())
SCHEMA = Draft202012Validator(json.loads((FOLDER / "withdrawal.v1.schema.json").read_text()))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_is_read(path: Path) -> None:
    body = path.read_bytes()
    found = parse_withdrawal(body)

    assert is_withdrawal(body)
    assert (found.request_id, found.requested_by) == ("crm-2026-000123", "maria@partner.example")
    assert found.customer_id or found.domain


def test_the_schema_takes_and_refuses_what_the_model_does() -> None:
    assert SCHEMA.is_valid(BARE)
    for change in ({"type": "offboarding.request.v1"}, {"version": "2"}, {"reason": ""}, {"more": 1}):
        assert not SCHEMA.is_valid({**BARE, **change})
        with pytest.raises(InvalidRequestError):
            parse_withdrawal(json.dumps({**BARE, **change}).encode())
    nameless = {name: item for name, item in BARE.items() if name != "customerTenantId"}
    assert not SCHEMA.is_valid(nameless)
    with pytest.raises(InvalidRequestError, match="customerTenantId or customerDomain is required") as caught:
        parse_withdrawal(json.dumps(nameless).encode())
    assert caught.value.code is ReasonCode.WRONG_VALUE


def test_the_page_for_crms_shows_what_is_read() -> None:
    page = (FOLDER.parent / "docs" / "crm.md").read_text()
    shown = page.partition("## Call it off")[2].partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == BARE


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"type":"offboarding.request.v1"}', b'{"version":"1"}'])
def test_anything_else_is_no_withdrawal(body: bytes) -> None:
    assert not is_withdrawal(body)


def test_every_field_says_what_it_is() -> None:
    assert all(field.description for field in WithdrawalV1.model_fields.values())
