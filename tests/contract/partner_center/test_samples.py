"""Every documented body of a resource that we read gives what its documentation says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.adapters.entra.source import RefreshTokenSource
from shared.adapters.graph.client import GraphDelegatedAdmin
from shared.adapters.http.answer import Answer, document
from shared.adapters.http.call import Call
from shared.adapters.http.failures import failure
from shared.adapters.http.pages import odata_page
from shared.adapters.http.record import Record
from shared.adapters.http.tokens import Audience
from shared.adapters.http.writes import shown, written
from shared.adapters.partner_center.error_map import partner_center_rules
from shared.adapters.partner_center.paging import TOKEN_HEADER, partner_center_page
from shared.adapters.reservations.wire import policy_error
from shared.domain.errors import SignInRequiredError, ThrottledError
from tests.contract.partner_center.expectations import LISTS, SINGLE
from tests.contract.partner_center.samples import VARIABLE, Sample, samples
from tests.unit.adapters.fake_http import CUSTOMER, NOW, PARTNER, Reply, Script, partner_center, service_of
from tests.unit.adapters.login import Login, source_of

CALL = Call("GET", "/v1/customers", PARTNER)


def value_of(sample: Sample) -> object:
    assert isinstance(sample.reply.body, bytes)
    return document(Answer(200, {}, sample.reply.body), sample.id)


if not samples():
    pytest.skip(f"{VARIABLE} names no folder of samples", allow_module_level=True)


def of(entities: Sequence[str] | dict[str, Any]) -> pytest.MarkDecorator:
    """Parametrises over the samples of some entities."""
    found = [pytest.param(sample, id=sample.id) for sample in samples() if sample.entity in entities]
    return pytest.mark.parametrize("sample", found)


@of(SINGLE)
def test_a_resource(sample: Sample) -> None:
    SINGLE[sample.entity](Record(value_of(sample), sample.id), sample.expect)


@of(LISTS)
def test_a_list(sample: Sample) -> None:
    key, check = LISTS[sample.entity]
    odata = sample.entity.startswith(("odata", "arm"))
    page = (odata_page if odata else partner_center_page)(service_of(Script([])), CALL, value_of(sample))
    assert len(page.items) == len(sample.expect[key])
    assert page.total == sample.expect.get("totalCount")
    assert page.following is None
    for item, wanted in zip(page.items, sample.expect[key], strict=True):
        check(item, wanted)


@of(["collection<any>"])
def test_a_page(sample: Sample) -> None:
    page = partner_center_page(service_of(Script([])), CALL, value_of(sample))
    token = page.following.headers[TOKEN_HEADER] if page.following else None
    assert (len(page.items), page.total, token) == tuple(
        sample.expect[key] for key in ("items", "totalCount", "nextPageToken")
    )


@of(["error"])
def test_an_error(sample: Sample) -> None:
    reply, wanted = sample.reply, sample.expect
    assert isinstance(reply.body, bytes)
    status = wanted["httpStatus"] or 400
    headers = {"Retry-After": str(wanted["retryAfterSeconds"])} if "retryAfterSeconds" in wanted else {}
    error = failure("S", CALL, Answer(status, headers, reply.body), NOW, partner_center_rules)
    assert error is not None
    assert (error.remote_code or None, error.status) == (wanted["code"], status)
    assert isinstance(error, ThrottledError) is wanted["retryable"]
    if error.retry_after is not None:
        assert error.retry_after.total_seconds() == wanted["retryAfterSeconds"]


@of(["accepted", "none"])
def test_a_write_whose_body_is_of_no_use(sample: Sample) -> None:
    reply, wanted = sample.reply, sample.expect
    assert isinstance(reply.body, bytes)
    answer = Answer(wanted["httpStatus"], {"Location": wanted.get("location", "")}, reply.body)
    assert shown(answer) is None
    assert written(answer).status == answer.status


@of(["refund"])
def test_a_refund(sample: Sample) -> None:
    problem = policy_error(Record(value_of(sample), sample.id))
    codes = sample.expect["policyErrorCodes"]
    assert (problem[0] if problem else None) == (codes[0] if codes else None)


@of(["collection<auditRecord>"])
def test_audit_records(sample: Sample) -> None:
    client, _ = partner_center(sample.reply)
    assert not client.removal_audited(CUSTOMER, datetime(2015, 1, 1, tzinfo=UTC))


@of(["relationshipRequest"])
def test_the_link_to_come_back(sample: Sample) -> None:
    client, _ = partner_center(sample.reply)
    assert client.relationship_request_url() == sample.expect["url"]


@of(["supportContact"])
def test_a_support_contact(sample: Sample) -> None:
    client, _ = partner_center(sample.reply)
    assert not client.support_contact_refused(CUSTOMER, "subscription")


@of(["odata<gdapRelationship>"])
def test_relationships_of_one_customer(sample: Sample) -> None:
    wanted = sample.expect["relationships"][0]["customerTenantId"]
    found = GraphDelegatedAdmin(service_of(Script([sample.reply])), PARTNER).list_relationships(wanted)
    same = [item["id"] for item in sample.expect["relationships"] if item["customerTenantId"] == wanted]
    assert [item.id for item in found.items] == same


def token_source(reply: Reply) -> RefreshTokenSource:
    return source_of(Login([reply]))[0]


@of(["token"])
def test_a_token(sample: Sample) -> None:
    redeemed = token_source(sample.reply).redeem(Audience.PARTNER_CENTER, PARTNER)
    assert (redeemed.access.value, redeemed.access.life) == (
        sample.expect["accessToken"],
        sample.expect["expiresInSeconds"],
    )
    assert (redeemed.refresh_token is not None) is sample.expect["hasRefreshToken"]


@of(["tokenError"])
def test_a_refused_token(sample: Sample) -> None:
    reply = Reply(sample.reply.body, 400)
    with pytest.raises(SignInRequiredError):
        token_source(reply).redeem(Audience.PARTNER_CENTER, PARTNER)
