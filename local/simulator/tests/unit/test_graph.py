"""Granular delegated admin relationships over Microsoft Graph."""

from typing import Any
from urllib.parse import quote

import pytest

from local.simulator.scenario import builder as b
from local.simulator.tenant.kinds import GdapStatus
from local.simulator.tests.unit.tenant import GRAPH, Tenant, code_of


def _tenant(*statuses: str, **knobs: Any) -> Tenant:
    holdings = [b.gdap(status=status) for status in statuses]
    return Tenant(b.scenario(b.customer("Contoso", *holdings), b.customer("Fabrikam", b.gdap()), **knobs))


def _ids(tenant: Tenant) -> list[str]:
    return [one.id for one in tenant.simulator.store.gdap.of(tenant.customer)]


def _filter(text: str) -> str:
    return f"?$filter={quote(text)}"


def test_a_termination_takes_its_time() -> None:
    tenant = _tenant("active")
    path = f"/{_ids(tenant)[0]}"
    answer = tenant.graph("POST", f"{path}/requests", {"action": "terminate"})
    assert (answer.status, answer.json()["status"], answer.json()["action"]) == (201, "created", "terminate")
    request = answer.headers["Location"].rsplit("/", 1)[1]
    seen = []
    for _ in range(3):
        relationship = tenant.graph("GET", path).json()["status"]
        seen.append((relationship, tenant.graph("GET", f"{path}/requests/{request}").json()["status"]))
        tenant.advance(minutes=1)
    assert seen == [("terminationRequested", "created"), ("terminating", "running"), ("terminated", "succeeded")]
    assert tenant.graph("GET", f"{path}/requests").json()["value"][0]["status"] == "succeeded"
    assert tenant.effects() == ["gdap.terminated"]


@pytest.mark.parametrize("status", [one for one in GdapStatus if one not in {"active", "expiring"}])
def test_only_active_ones_can_be_terminated(status: str) -> None:
    tenant = _tenant(status)
    answer = tenant.graph("POST", f"/{_ids(tenant)[0]}/requests", {"action": "terminate"})
    assert (answer.status, code_of(answer)) == (400, "badRequest")
    assert tenant.effects() == []


@pytest.mark.parametrize(
    ("status", "header", "expected"),
    [("created", "own", 204), ("created", "other", 412), ("created", None, 400), ("active", "own", 400)],
)
def test_deletion_is_for_drafts(status: str, header: str | None, expected: int) -> None:
    tenant = _tenant(status)
    path = f"/{_ids(tenant)[0]}"
    etag = tenant.graph("GET", path).json()["@odata.etag"]
    headers = {} if header is None else {"if_match": etag if header == "own" else "W/other"}
    assert tenant.graph("DELETE", path, **headers).status == expected
    assert tenant.effects() == (["gdap.deleted"] if expected == 204 else [])
    assert tenant.graph("GET", path).status == (404 if expected == 204 else 200)


def test_filters_and_pages() -> None:
    tenant = _tenant("active", "terminated", "active", "created", graph_page_size=2)
    mine = f"customer/tenantId eq '{tenant.customer}'"
    first = tenant.graph("GET", _filter(mine)).json()
    assert len(first["value"]) == 2
    root = "/v1.0/tenantRelationships/delegatedAdminRelationships"
    second = tenant.graph("GET", first["@odata.nextLink"].split(root)[1]).json()
    assert (len(second["value"]), "@odata.nextLink" in second) == (2, False)
    active = tenant.graph("GET", _filter(f"(status eq 'active') AND ({mine})")).json()
    assert {one["status"] for one in active["value"]} == {"active"}
    assert len(active["value"]) == 2
    everything = tenant.graph("GET", "?$top=1").json()
    assert len(everything["value"]) == 1


@pytest.mark.parametrize("query", ["?$filter=nonsense", "?$top=x", "?$skiptoken=-1"])
def test_bad_queries(query: str) -> None:
    answer = _tenant("active").graph("GET", query)
    assert (answer.status, code_of(answer)) == (400, "badRequest")


@pytest.mark.parametrize("body", [None, {}, {"action": "approve"}, []])
def test_bad_requests(body: Any) -> None:
    tenant = _tenant("active")
    answer = tenant.graph("POST", f"/{_ids(tenant)[0]}/requests", body)
    assert answer.status == 400
    assert set(answer.json()["error"]) == {"code", "message", "innerError"}


def test_unknown_ones() -> None:
    tenant = _tenant("active")
    assert tenant.graph("GET", "/nothing").status == 404
    assert tenant.graph("GET", f"/{_ids(tenant)[0]}/requests/nothing").status == 404


def test_time_ends_or_extends_them() -> None:
    tenant = Tenant(
        b.scenario(
            b.customer(
                "Contoso",
                b.gdap(created="-P725D"),
                b.gdap(created="-P725D", auto_extend="P180D"),
                b.gdap(status="approvalPending", created="-P85D"),
            )
        )
    )
    tenant.advance(days=10)
    states = [tenant.graph("GET", f"/{id_}").json()["status"] for id_ in _ids(tenant)]
    assert states == ["expired", "active", "expired"]


@pytest.mark.parametrize(
    ("path", "segment"),
    [
        ("/v1.0/nothing", "nothing"),
        ("/v1.0/tenantRelationships/somethingElse", "somethingElse"),
        ("/v1.0/tenantRelationships/delegatedAdminRelationships/x/accessAssignments", "accessAssignments"),
    ],
)
def test_a_segment_that_graph_does_not_know(path: str, segment: str) -> None:
    tenant = _tenant()
    answer = tenant.call("GET", path, token=tenant.token(GRAPH))
    assert (answer.status, code_of(answer)) == (400, "BadRequest")
    assert answer.json()["error"]["message"].startswith(f"Resource not found for the segment '{segment}'.")
    assert not tenant.simulator.journal.since(1)[-1].routed


def test_a_known_segment_with_another_method_names_the_route() -> None:
    tenant = _tenant("active")
    answer = tenant.graph("PUT", f"/{_ids(tenant)[0]}")
    assert (answer.status, code_of(answer)) == (501, "NotImplemented")
    assert "PUT /v1.0/tenantRelationships" in answer.json()["error"]["message"]
