"""The request: samples, refusals by name, and nothing that is not understood gets through."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.contracts.problems import problem_of
from shared.contracts.request import RequestV1, parse_request
from shared.contracts.schemas import FOLDER, all_schemas, as_text
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.request import OffboardingRequest

VALID = sorted((FOLDER / "samples" / "valid").glob("*.json"))
INVALID = sorted((FOLDER / "samples" / "invalid").glob("*.json"))
MINIMAL = json.loads((FOLDER / "samples" / "valid" / "minimal.json").read_text())

ENVELOPE = {"specversion": "1.0", "id": "1", "source": "crm", "type": "offboarding.request.v1"}


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / name).read_text()))


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_samples_are_read_and_match_the_schema(path: Path) -> None:
    value = json.loads(path.read_text())
    schema("request.v1.schema.json").validate(value.get("data", value))

    assert parse_request(path.read_bytes()).request_id == "crm-2026-000123"


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_samples_are_refused_by_name(path: Path) -> None:
    sample = json.loads(path.read_text())

    with pytest.raises(InvalidRequestError) as caught:
        parse_request(json.dumps(sample["body"]).encode())

    assert (caught.value.code, caught.value.field) == (sample["code"], sample["field"])


def test_kept_schemas_are_what_the_models_say() -> None:
    kept = {path.name: path.read_text() for path in FOLDER.glob("*.schema.json")}

    assert kept == {name: as_text(value) for name, value in all_schemas().items()}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"", "not_json", "byte 0"),
        (b"{", "not_json", "byte 1"),
        ('{"ä": tru}'.encode(), "not_json", "byte 7"),
        (b"\xff\xfe{\x00}\x00", "not_utf8", "byte 0"),
        (b'{"a": "\xe4"}', "not_utf8", "byte 7"),
        (b"[]", "not_an_object", "$"),
        (b"null", "not_an_object", "$"),
        (b'"x"', "not_an_object", "$"),
        (b'{"reason": "a", "reason": "b"}', "repeated_field", "reason"),
        (b'{"a": NaN}', "not_json", "$"),
        (b"[" * 60_000, "not_json", "$"),
        (b" " * 70_000, "body_too_large", "$"),
    ],
)
def test_what_is_no_json_object_is_refused_with_the_place(body: bytes, code: str, field: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(body)

    assert (caught.value.code, caught.value.field) == (code, field)


def test_a_byte_order_mark_is_tolerated() -> None:
    assert parse_request(b"\xef\xbb\xbf" + json.dumps(MINIMAL).encode()).dry_run is False


def test_ids_are_compared_without_letter_case() -> None:
    upper = {**MINIMAL, "customerTenantId": MINIMAL["customerTenantId"].upper(), "customerDomain": "CONTOSO.Example"}
    found = parse_request(json.dumps(upper).encode())

    assert (found.customer_id, found.domain) == (MINIMAL["customerTenantId"], "contoso.example")


def test_every_wrong_field_is_named_at_once() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(json.dumps({**MINIMAL, "dryRun": 1, "reason": "", "extra": 1}).encode())

    named = {caught.value.field, *(field for field, _ in caught.value.others)}
    assert named == {"dryRun", "reason", "extra"}


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"resellerMpnId": "12x"}, "must be a number of up to 20 digits"),
        ({"resellerMpnId": "1" * 21}, "must be a number of up to 20 digits"),
        ({"restrictions": ["strict_nce"] * 7}, "must have at most 6 of: strict_nce, no_reservation_refunds"),
        ({"restrictions": "strict_nce"}, "must be a list"),
        ({"restrictions": ["all"]}, "must be 'strict_nce', 'no_reservation_refunds'"),
        ({"graceSeconds": -1}, "must be a whole number of seconds from 0 to 2592000, which is 30 days"),
        ({"graceSeconds": 2592001}, "must be a whole number of seconds from 0 to 2592000, which is 30 days"),
        ({"graceSeconds": 1.5}, "must be a whole number of seconds from 0 to 2592000, which is 30 days"),
        ({"graceSeconds": "60"}, "must be a whole number of seconds from 0 to 2592000, which is 30 days"),
        ({"batchId": "a b"}, "must be 1 to 128 letters, digits, '.', '_', ':' or '-'"),
        ({"batchId": ""}, "must be 1 to 128 letters, digits, '.', '_', ':' or '-'"),
        ({"batchId": "x" * 129}, "must be 1 to 128 letters, digits, '.', '_', ':' or '-'"),
        ({"batchId": 7}, "must be text"),
    ],
)
def test_a_rule_is_told_in_words_that_fit_the_field(changed: dict[str, object], rule: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(json.dumps({**MINIMAL, **changed}).encode())
    assert caught.value.rule.startswith(rule)
    assert caught.value.others == ()


NO_VALUES: tuple[object, ...] = (
    None, True, -1, 0, 5, 1.5, 1e300, 10**30, "", "7", "x" * 2000, "a\nb", "2026-13-45T00:00:00Z",
    "0001-01-01T00:00:00+14:00", [], [1], ["x"], ["leave_gdap"] * 9, {}, {"a": 1},
)  # fmt: skip


@pytest.mark.parametrize("name", [field.alias for field in RequestV1.model_fields.values()])
def test_no_rule_of_any_field_is_in_the_words_of_a_library(name: str) -> None:
    rules: list[str] = []
    for value in NO_VALUES:
        try:
            parse_request(json.dumps({**MINIMAL, name: value}).encode())
        except InvalidRequestError as error:
            rules += [error.rule, *(rule for _, rule in error.others)]
    assert rules
    begins = ("must ", "is required", "is outside of the calendar", "customerDomain or ", "customerTenantId or ")
    assert [rule for rule in rules if not rule.startswith(begins)] == []


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "cloudevent"])
def test_a_request_says_its_batch_and_is_the_same_request_in_another(wrapped: bool) -> None:
    def sent(**more: str) -> bytes:
        body = MINIMAL | more
        return json.dumps(ENVELOPE | {"data": body} if wrapped else body).encode()

    alone, found = parse_request(sent()), parse_request(sent(batchId="June-2026:b.1_x"))
    assert (alone.batch_id, found.batch_id) == (None, "June-2026:b.1_x")
    assert alone.fingerprint == found.fingerprint
    assert alone.options == found.options
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(sent(batchId="../x"))
    assert caught.value.field == ("data." if wrapped else "") + "batchId"


LONG = "x" * 60_000


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({**MINIMAL, LONG: 1}),
        json.dumps({**MINIMAL, "reason": "", LONG: 1}),
        json.dumps({"specversion": "1.0", "id": "1", "source": "crm", "type": "offboarding.request.v1", LONG: 1}),
        json.dumps({"reason": LONG}),
        f'{{"{LONG[:30_000]}": 1, "{LONG[:30_000]}": 2}}',
    ],
    ids=["field", "second field", "attribute", "value", "repeated"],
)
def test_a_name_as_long_as_the_body_is_not_repeated_whole(body: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(body.encode())
    told = f"{caught.value} {caught.value.field} {caught.value.others}"
    assert "x" * 81 not in told
    assert len(problem_of(caught.value).to_json()) < 3000


def test_the_fingerprint_ignores_order_and_spelling_of_defaults() -> None:
    shuffled = dict(reversed([*MINIMAL.items(), ("dryRun", False)]))

    assert (
        parse_request(json.dumps(shuffled).encode()).fingerprint
        == parse_request(json.dumps(MINIMAL, indent=3).encode()).fingerprint
    )


@pytest.mark.parametrize("wrapped", [False, True], ids=["bare", "cloudevent"])
def test_where_it_was_agreed_is_kept_in_both_forms(wrapped: bool) -> None:
    def sent(said: object) -> bytes:
        body = MINIMAL | {"approvalReference": said}
        return json.dumps(ENVELOPE | {"data": body} if wrapped else body).encode()

    assert parse_request(sent("CAB-1, Ms. Ä")).approval_reference == "CAB-1, Ms. Ä"
    assert parse_request(sent("x" * 200)).fingerprint != parse_request(sent("y" * 200)).fingerprint
    for wrong in ("", "x" * 201, 7):
        with pytest.raises(InvalidRequestError) as caught:
            parse_request(sent(wrong))
        assert caught.value.field == ("data." if wrapped else "") + "approvalReference"


@pytest.mark.parametrize(
    ("said", "asks"), [({}, False), ({"reduceSeats": False}, False), ({"reduceSeats": True}, True)]
)
def test_seats_are_given_back_only_at_a_word(said: dict[str, object], asks: bool) -> None:
    plain, found = (parse_request(json.dumps({**MINIMAL, **more}).encode()) for more in ({}, said))
    assert found.reduce_seats is asks
    assert (found.fingerprint == plain.fingerprint) is not asks


TEXT = st.text(max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
FIELDS = st.sampled_from([field.alias or "" for field in RequestV1.model_fields.values()])


@given(st.dictionaries(FIELDS, JSON, max_size=6))
def test_any_object_is_read_or_refused_with_a_code(value: dict[str, Any]) -> None:
    _read_or_refused(json.dumps(value).encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_a_code(body: bytes) -> None:
    _read_or_refused(body)


def _read_or_refused(body: bytes) -> None:
    found: OffboardingRequest | InvalidRequestError
    try:
        found = parse_request(body)
    except InvalidRequestError as error:
        found = error
    assert isinstance(found, OffboardingRequest) or (found.code and found.field)
