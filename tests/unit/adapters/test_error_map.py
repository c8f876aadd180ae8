"""The tables of error codes: every documented code is in them, and every row decides what it was written for."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.graph.error_map import GRAPH
from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.error_map import About, ErrorRow, find, rules_of
from shared.adapters.http.failures import Refusal, TokenRefusedError, failure
from shared.adapters.partner_center.error_map import PARTNER_CENTER, partner_center_rules
from shared.adapters.reservations.error_map import AZURE, azure_rules
from shared.domain.errors import (
    BusyError,
    NoRelationshipError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    UnavailableError,
    Verdict,
)
from tests.unit.adapters.fake_http import CUSTOMER, NOW, PARTNER

OWN = f"/v1/customers/{CUSTOMER}"
BELOW = f"{OWN}/subscriptions/abc"
GDAP = "/v1.0/tenantRelationships/delegatedAdminRelationships/g/requests"
TEXTS = (
    "",
    "Unauthorized - MFA required",
    "The relationship between the partner and customer does not exist",
    "Customer relationship cannot be removed due to active Azure reserved instances.Please cancel: a,b",
    "The quantity cannot be changed while it is suspended",
)
TABLES = {"Partner Center": PARTNER_CENTER, "Azure": AZURE, "Microsoft Graph": GRAPH}
EVERY_ROW = [(name, row) for name, table in TABLES.items() for row in table]


def example(service: str, row: ErrorRow) -> Refusal:
    """The plainest answer that the row was written for."""
    path = next(one for one in (BELOW, OWN, GDAP) if row.path is None or row.path.fullmatch(one))
    text = next(one for one in TEXTS if row.text is None or row.text.search(one))
    return Refusal(service, "PATCH", path, row.status or 400, row.code or "", text)


@pytest.mark.parametrize(("service", "row"), EVERY_ROW, ids=lambda item: getattr(item, "code", item))
def test_every_row_decides_its_answer(service: str, row: ErrorRow) -> None:
    refusal = example(service, row)
    assert find(TABLES[service], refusal) is row
    error = row.error(refusal)
    kinds: dict[About, type[RemoteError]] = {
        About.CUSTOMER: NoRelationshipError,
        About.SIGN_IN: SignInRequiredError,
        About.TOKEN: TokenRefusedError,
        About.OBJECT: BusyError if row.verdict is Verdict.RETRY_LATER else RefusedError,
    }
    assert type(error) is (UnavailableError if refusal.status >= 500 else kinds[row.about])
    assert (error.verdict, error.remote_code) == (row.verdict, row.report_as or refusal.code)
    assert error.retry_after == row.wait
    assert row.sentence in error.sentence
    assert error.operator_action == (row.advice or type(error).operator_action)


@pytest.mark.parametrize(("service", "row"), EVERY_ROW, ids=lambda item: getattr(item, "code", item))
def test_every_row_says_what_a_person_has_to_know(service: str, row: ErrorRow) -> None:
    assert row.sentence[0].islower() or row.sentence.startswith(("Microsoft", "Azure"))
    assert not row.sentence.endswith(".")
    if row.verdict is Verdict.RETRY_LATER:
        assert not row.advice
        assert row.wait is not None or (row.status or 500) >= 500 or service == "Azure"
    else:
        assert row.wait is None
        assert row.advice.endswith(".") or row.about is About.CUSTOMER


DOCUMENTED = re.findall(
    r"\S+",
    """
    401/400 401/800001 401/900420 401/900421 403/1002 403/2006 400/2006 403/2032 403/20002 403/800019 403/800039
    403/900149 403/800077 403/900115 403/900124 403/900150 403/900308 403/900159 403/900263 403/900309 403/90000
    403/900321 403/900329 403/900335 400/900337 403/900416 404/1000 404/20000 404/20003 404/60003 404/800111
    400/2011 400/2055 400/3000 404/3000 400/800002 400/800040 400/800061 400/800063 400/800081 400/800091 400/800093
    400/800095 400/800096 400/800097 400/800098 400/900117 400/900213 400/900118 400/900127 400/900141 400/900214
    400/900257 400/900277 400/900279 400/900280 400/900307 400/900311 409/27009 409/800014 409/800060 409/800082
    409/900278 409/900101 417/800036 500/800003 500/800094 500/900192 501/0 400/900316 400/2001 400/2000 400/800090
""",
)
IN_AZURE = re.findall(
    r"\S+",
    """
    SelfServiceRefundNotSupported RefundLimitExceeded InvalidRefundQuantity AuthorizationFailed Forbidden
    OperationCannotBePerformedInCurrentState ReservationOrderNotFound ReservationIdNotInReservationOrder BillingError
    BillingTransientError BillingCustomerInputError InvalidAuthenticationTokenTenant
""",
)


@pytest.mark.parametrize("named", DOCUMENTED)
@pytest.mark.parametrize("path", [OWN, BELOW])
def test_every_documented_code_of_partner_center_has_one_meaning(named: str, path: str) -> None:
    status, code = named.split("/")
    row = find(PARTNER_CENTER, Refusal("PC", "PATCH", path, int(status), code, "as it is"))
    assert row is not None
    assert row.code == code


@pytest.mark.parametrize("code", IN_AZURE)
def test_every_documented_code_of_azure_has_one_meaning(code: str) -> None:
    assert any(row.code == code for row in AZURE)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412])
def test_every_documented_status_of_graph_has_one_meaning(status: int) -> None:
    code = "InvalidAuthenticationToken" if status == 401 else "BadRequest"
    assert find(GRAPH, Refusal("Graph", "POST", GDAP, status, code, "")) is not None


LOCKED, GONE, BUG = Verdict.OPERATOR, Verdict.ALREADY_DONE, Verdict.BUG


@pytest.mark.parametrize(
    ("status", "code", "path", "text", "verdict"),
    [
        (400, "3000", OWN, TEXTS[2], GONE),
        (404, "3000", BELOW, "", GONE),
        (400, "3000", OWN, "Invalid property", BUG),
        (400, "3000", OWN, TEXTS[3], Verdict.CANNOT_NOW),
        (400, "2000", OWN, TEXTS[3], Verdict.CANNOT_NOW),
        (400, "3000", BELOW, TEXTS[2], BUG),
        (400, "2001", BELOW, TEXTS[4], GONE),
        (400, "2001", BELOW, "Both MPN Id and Tenant Id cannot be empty.", BUG),
        (404, "1000", OWN, "", GONE),
        (404, "1000", BELOW, "", GONE),
        (400, "2006", BELOW, "", Verdict.CANNOT_NOW),
        (403, "2006", BELOW, "", LOCKED),
    ],
)
def test_codes_with_two_meanings(status: int, code: str, path: str, text: str, verdict: Verdict) -> None:
    row = find(PARTNER_CENTER, Refusal("PC", "PATCH", path, status, code, text))
    assert row is not None
    assert row.verdict is verdict


@pytest.mark.parametrize(
    ("status", "code", "headers", "minutes"),
    [
        (409, "900278", {}, 24 * 60),
        (409, "900278", {"Retry-After": "120"}, 24 * 60),
        (409, "900101", {}, 60),
        (409, "800082", {}, 2),
        (409, "800082", {"Retry-After": "300"}, 5),
        (409, "", {}, 2),
        (409, "424242", {}, 2),
        (409, "", {"Retry-After": "60"}, 1),
        (400, "900277", {}, 60),
        (403, "900115", {}, 60),
        (404, "20000", {}, 15),
    ],
)
def test_how_long_a_refusal_for_now_waits(status: int, code: str, headers: dict[str, str], minutes: int) -> None:
    body = json.dumps({"code": code, "description": "busy"}).encode()
    error = failure("PC", Call("PATCH", BELOW, PARTNER), Answer(status, headers, body), NOW, partner_center_rules)
    assert isinstance(error, BusyError)
    assert error.retry_after == timedelta(minutes=minutes)


@pytest.mark.parametrize("effect", [False, True])
def test_a_code_of_a_5xx_only_adds_its_sentence(effect: bool) -> None:
    body = json.dumps({"code": 800094, "description": "Update failed"}).encode()
    call = Call("PATCH", BELOW, PARTNER, effect=effect)
    error = failure("PC", call, Answer(500, {"Retry-After": "90"}, body), NOW, partner_center_rules)
    assert type(error) is UnavailableError
    assert error.retry_after == timedelta(seconds=90)
    assert "the update failed on Microsoft's side. The service says: Update failed" in str(error)


@given(
    status=st.integers(400, 428).filter(lambda status: status not in (401, 408, 409, 412, 417)),
    code=st.one_of(st.integers(10_000_000, 99_999_999), st.text(max_size=20)),
    text=st.text(max_size=80),
)
def test_an_unknown_code_is_a_refusal_that_names_it(status: int, code: int | str, text: str) -> None:
    body = json.dumps({"code": code, "description": text}).encode()
    error = failure("PC", Call("PATCH", BELOW, PARTNER), Answer(status, {}, body), NOW, partner_center_rules)
    assert isinstance(error, RemoteError)
    if not any(row.code == error.remote_code for row in PARTNER_CENTER):
        assert type(error) is RefusedError
        assert error.verdict is None
        assert error.remote_code in error.sentence
        assert "Microsoft's list of error codes" in error.operator_action


def test_a_table_leaves_what_it_does_not_know() -> None:
    row = ErrorRow(400, "1", Verdict.BUG, "wrong", "Report it.", text=re.compile("x"))
    assert rules_of((row,))(Refusal("S", "GET", "/", 400, "1", "y")) is None
    assert azure_rules(Refusal("S", "GET", "/", 400, "NeverSeen", "y")) is None
