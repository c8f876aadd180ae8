"""The HTTP interface: requests, questions, mistakes, resume."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
import requests

from tests.e2e.support.api import PATH, Api, problem
from tests.e2e.support.scenario import request_for
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e

NOBODY: dict[str, Any] = {
    "version": "1",
    "requestId": "nobody",
    "customerDomain": "nobody.onmicrosoft.com",
    "customerTenantId": "00000000-0000-4000-8000-000000000003",
    "requestedBy": "crm@partner.example",
    "reason": "contract ended",
    "dryRun": True,
}
MISTAKES: tuple[tuple[bytes, int, str, str], ...] = (
    (b"", 400, "not_json", "byte 0"),
    (b"{", 400, "not_json", "byte 1"),
    (b"\xff\xfe{}", 400, "not_utf8", "byte 0"),
    (b"[]", 422, "not_an_object", "$"),
    (b'{"a": 1, "a": 2}', 422, "repeated_field", "a"),
    (b"{}", 422, "missing_field", "version"),
    (b'{"version": "1", "requestId": 7}', 422, "wrong_type", "requestId"),
    (b'{"version": "2"}', 422, "wrong_value", "version"),
    (json.dumps(NOBODY | {"domain": "a.example"}).encode(), 422, "unknown_field", "domain"),
    (json.dumps(NOBODY | {"customerTenantId": "1"}).encode(), 422, "wrong_value", "customerTenantId"),
    (b'"' + b"x" * 70_000 + b'"', 413, "body_too_large", "$"),
)


def test_a_request_is_accepted_once(api: Api, tenant: Tenant) -> None:
    request = request_for("Conflict Ltd", "conflict", tenant.customer("Conflict Ltd"), dryRun=True)
    first, again = api.ask(request), api.ask(dict(reversed(request.items())))
    for answer in (first, again):
        assert answer.status_code == 202
        assert answer.headers["Location"] == answer.headers["Operation-Location"]
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["Location"] == f"{api.root}{PATH}/{answer.json()['offboardingId']}"
    assert first.headers["Location"] == again.headers["Location"]
    assert api.call("GET", first.headers["Location"]).status_code == 200
    other = problem(api.ask(request | {"reason": "another reason"}), 409, "request_id_reused")
    assert first.json()["offboardingId"] in (other["offboardingId"], other["detail"])
    assert api.follow("conflict", {"planned"})["plan"]["actions"] == {"cancel": 2, "suspend": 1}


@pytest.mark.parametrize(("body", "status", "code", "field"), MISTAKES)
def test_a_mistake_is_named(body: bytes, status: int, code: str, field: str, api: Api) -> None:
    found = problem(api.call("POST", PATH, data=body), status, code)
    assert found["field"] == field
    assert found["operatorAction"]


def test_every_wrong_field_is_named(api: Api) -> None:
    found = problem(api.ask({"version": "1", "requestId": 1, "reason": 2, "extra": 3}), 422, "wrong_type")
    fields = {found["field"], *(item["field"] for item in found["errors"])}
    assert fields == {"requestId", "reason", "extra", "requestedBy"}


@pytest.mark.parametrize("path", [PATH, f"{PATH}/any", f"{PATH}/any/resume"])
def test_without_the_key_nothing_is_told(path: str, api: Api) -> None:
    method = "POST" if path.endswith("resume") else "GET"
    for headers in ({}, {"x-functions-key": "wrong"}):
        answer = requests.request(method, api.root + path, headers=headers, timeout=20)
        found = problem(answer, 401, "not_signed_in")
        assert found["operatorAction"] == "Sign in, or send the function key."


@pytest.mark.parametrize("identity", ["unknown", "00000000-0000-4000-8000-000000000000", "x" * 1000, "%00", "a%2Fb"])
def test_what_is_not_there(identity: str, api: Api, operator: Api) -> None:
    assert api.call("GET", f"{PATH}/{identity}").status_code == 404
    assert operator.resume(identity).status_code == 404
    if "%" not in identity:
        problem(api.call("GET", f"{PATH}/{identity}"), 404, "not_found")
        problem(operator.resume(identity), 404, "not_found")


def test_the_list_has_filters_and_pages(api: Api) -> None:
    ids = [api.ask(NOBODY | {"requestId": f"nobody-{number}"}).json()["offboardingId"] for number in range(5)]
    for number in range(5):
        api.follow(f"nobody-{number}", {"rejected"})
    query = f"?status=rejected&customerTenantId={NOBODY['customerTenantId']}&limit=2"
    seen, pages, path = list[str](), 0, query
    while path:
        page = api.page(path)
        assert len(page["items"]) <= 2
        seen += [item["offboardingId"] for item in page["items"]]
        pages, path = pages + 1, page.get("next", "").removeprefix(PATH)
    assert (seen, pages) == (ids[::-1], 3), "newest first, every one once"
    assert api.page(f"{query}&status=removed".replace("status=rejected&", ""))["items"] == []
    for wrong in ("limit=0", "limit=201", "limit=x", "status=gone", "after=-1", "order=asc"):
        found = problem(api.call("GET", f"{PATH}?{wrong}"), 422, "unknown_field" if "order" in wrong else "wrong_value")
        assert found["field"] == wrong.split("=")[0]


def test_an_offboarding_that_needs_attention_is_resumed(api: Api, operator: Api, tenant: Tenant) -> None:
    customer = tenant.customer("Resumed Ltd")
    identity = api.ask(request_for("Resumed Ltd", "resumed", customer)).json()["offboardingId"]
    shown = api.follow("resumed", {"needs_attention"})
    assert shown["reason"]["code"] == "incomplete_read"
    assert "role" in shown["reason"]["operatorAction"]
    assert customer["id"] in tenant.listed()

    tenant.mutate({"customer": customer["id"], "set": {"armRole": True}})
    problem(operator.call("POST", f"{PATH}/{identity}/resume", {"reason": "x"}), 428, "precondition_required")
    answer = operator.say(identity, "resume", {"reason": "the cause is gone"}, "case-123")
    assert answer.status_code == 202
    assert answer.headers["ETag"]
    resumed = api.follow("resumed", {"removed"})
    [entry] = [entry for entry in resumed["timeline"] if entry["what"] == "resumed"]
    assert entry["actor"]["name"] == "Otto Operator"
    assert entry["detail"] == "by Otto Operator, asked for incomplete_read: the cause is gone"
    problem(operator.resume(identity), 409, "not_resumable")
    again = operator.say(identity, "resume", {"reason": "the cause is gone"}, "case-123")
    assert (again.status_code, again.json()["status"]) == (202, "removed"), "the same call again"
    assert customer["id"] not in tenant.listed()


def test_what_has_not_changed_is_not_sent_again(api: Api, tenant: Tenant) -> None:
    first = api.ask(request_for("Conflict Ltd", "looked-at", tenant.customer("Conflict Ltd"), dryRun=True))
    for path in (first.headers["Location"], f"{PATH}?requestId=looked-at"):
        until(partial(_same, api, path), "two answers that are the same")


def _same(api: Api, path: str) -> bool:
    """Whether nothing changed between two looks; then the second has no body."""
    seen = api.call("GET", path)
    again = api.call("GET", path, more={"If-None-Match": seen.headers["ETag"]})
    assert again.status_code in (200, 304)
    return again.status_code == 304 and again.content == b"" and again.headers["ETag"] == seen.headers["ETag"]
