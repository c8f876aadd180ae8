from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.answer import Answer, document, error_report, readable
from shared.domain.errors import UnreadableAnswerError


def test_a_byte_order_mark_is_skipped() -> None:
    assert document(Answer(200, {}, '\ufeff{"a": "é"}'.encode()), "x") == {"a": "é"}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "no body"),
        (b"  \r\n", "no body"),
        (b"}", "not JSON"),
        (b"<html><body>503</body></html>", "not JSON"),
        (b'{"items": [', "not JSON"),
        (b'{"total": NaN}', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe{}", "not UTF-8"),
    ],
)
def test_what_is_not_json_is_unreadable(body: bytes, says: str) -> None:
    with pytest.raises(UnreadableAnswerError, match=says):
        document(Answer(200, {}, body), "list")


def test_a_body_that_broke_off_is_unreadable_even_if_it_parses() -> None:
    with pytest.raises(UnreadableAnswerError, match="broke off"):
        document(Answer(200, {}, b"[]", cut=True), "list")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        ({"code": 20002, "description": "No relationship", "data": []}, "20002", "No relationship"),
        ({"code": "2000", "description": "Only equals"}, "2000", "Only equals"),
        ({"Code": 900278.0, "Description": "Pending"}, "900278", "Pending"),
        ({"code": 600061, "message": "Exists", "isRetryable": False}, "600061", "Exists"),
        ({"statusCode": 429, "message": "Try again in 57 seconds."}, "", "Try again in 57 seconds."),
        ({"error": {"code": "AuthorizationFailed", "message": "No role"}}, "AuthorizationFailed", "No role"),
        ({"error": "invalid_grant", "error_description": "AADSTS1: no"}, "invalid_grant", "AADSTS1: no"),
        ({"code": True, "description": None}, "", "Bad Request"),
        ([1, 2], "", "Bad Request"),
        (None, "", "Bad Request"),
    ],
)
def test_every_error_shape_is_read(body: object, code: str, message: str) -> None:
    report = error_report(Answer(400, {}, json.dumps(body).encode()))
    assert (report.code, report.message) == (code, message)


def test_plain_text_and_empty_error_bodies() -> None:
    assert error_report(Answer(400, {}, b"Some plain sentence.")).message == "Some plain sentence."
    assert error_report(Answer(404, {}, b"")).message == "Not Found"
    assert error_report(Answer(599, {}, b"")).message == "HTTP status 599"


def test_tokens_in_remote_text_are_masked() -> None:
    assert readable("bad eyJhbGciOi.eyJzdWIi.c2ln here") == "bad [token] here"


@given(st.binary(max_size=60))
def test_no_error_body_breaks_the_report(body: bytes) -> None:
    report = error_report(Answer(400, {}, body))
    assert len(report.message) <= 300
