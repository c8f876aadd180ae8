"""Injected faults, mutations, and the control endpoints."""

from typing import Any

import pytest
import requests

from local.simulator.messages import Cut
from local.simulator.scenario import builder as b
from local.simulator.tests.unit.tenant import PARTNER_CENTER, Tenant, code_of
from local.simulator.transport import simulator_session


@pytest.fixture
def tenant() -> Tenant:
    made = Tenant(b.scenario(b.customer("Contoso", *[b.nce() for _ in range(4)])))
    made.token(PARTNER_CENTER)
    return made


def _arm(tenant: Tenant, action: dict[str, Any], **match: Any) -> None:
    rule = {"match": {"pathRegex": "/subscriptions"} | match, "action": action}
    answer = tenant.control("POST", "faults", [rule])
    assert answer.status == 200, answer


def _list(tenant: Tenant) -> Any:
    return tenant.call("GET", f"/v1/customers/{tenant.customer}/subscriptions")


@pytest.mark.parametrize(
    ("action", "status", "code"),
    [
        ({"type": "status", "status": 500, "code": "800003"}, 500, "800003"),
        ({"type": "status", "status": 409, "code": "900278", "headers": {"Retry-After": "5"}}, 409, "900278"),
        ({"type": "status", "status": 401, "body": {"code": 900421}}, 401, "900421"),
        ({"type": "throttle", "retryAfter": 7}, 429, "None"),
    ],
)
def test_an_answer_instead(tenant: Tenant, action: dict[str, Any], status: int, code: str) -> None:
    _arm(tenant, action, method="patch")
    answer = tenant.patch_subscription(0, status="deleted")
    assert (answer.status, code_of(answer)) == (status, code)
    assert (tenant.effects(), tenant.status()) == ([], "active")
    assert tenant.patch_subscription(0, status="deleted").status == 200


def test_a_gateway_page(tenant: Tenant) -> None:
    _arm(tenant, {"type": "html"})
    answer = _list(tenant)
    assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html")


@pytest.mark.parametrize(
    ("match", "pattern"),
    [
        ({}, [1, 0, 0, 0]),
        ({"times": 2}, [1, 1, 0, 0]),
        ({"times": None}, [1, 1, 1, 1]),
        ({"after": 1}, [0, 1, 0, 0]),
        ({"nth": 3}, [0, 0, 1, 0]),
        ({"customer": "nobody"}, [0, 0, 0, 0]),
        ({"method": "POST"}, [0, 0, 0, 0]),
    ],
)
def test_which_calls_are_met(tenant: Tenant, match: dict[str, Any], pattern: list[int]) -> None:
    _arm(tenant, {"type": "status", "status": 503}, **match)
    assert [int(_list(tenant).status == 503) for _ in range(4)] == pattern


def test_a_dropped_call_has_no_effect_or_its_whole_effect(tenant: Tenant) -> None:
    session = simulator_session(tenant.simulator)
    url = f"{PARTNER_CENTER}/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}"
    headers = {"Authorization": f"Bearer {tenant.token(PARTNER_CENTER)}"}
    body = session.get(url, headers=headers).json() | {"status": "deleted"}
    headers["MS-RequestId"] = "11111111-1111-4111-8111-111111111111"
    for action, status in (("dropBefore", "active"), ("dropAfter", "deleted")):
        _arm(tenant, {"type": action}, method="PATCH")
        with pytest.raises(requests.ConnectionError):
            session.patch(url, json=body, headers=headers)
        assert tenant.status() == status
    retried = session.patch(url, json=body, headers=headers)
    assert (retried.status_code, retried.json()["status"]) == (200, "deleted")
    assert tenant.effects() == ["subscription.cancelled"]
    entries = tenant.simulator.journal.since(1)[-3:]
    assert [(one.status, one.faults, one.replayed) for one in entries] == [
        (0, ("dropBefore",), False),
        (200, ("dropAfter",), False),
        (200, (), True),
    ]


def test_a_late_answer_is_a_time_out(tenant: Tenant) -> None:
    session = simulator_session(tenant.simulator)
    url = f"{PARTNER_CENTER}/v1/customers/{tenant.customer}/subscriptions"
    headers = {"Authorization": f"Bearer {tenant.token(PARTNER_CENTER)}"}
    _arm(tenant, {"type": "delay", "seconds": 30}, times=2)
    with pytest.raises(requests.ReadTimeout):
        session.get(url, headers=headers, timeout=(3, 20))
    assert session.get(url, headers=headers, timeout=60).status_code == 200


@pytest.mark.parametrize(
    ("action", "items", "total"),
    [
        ({"type": "truncate", "keep": 1}, 1, 4),
        ({"type": "truncate", "keep": 1, "totalCount": "follows"}, 1, 1),
        ({"type": "empty"}, 0, 0),
    ],
)
def test_short_collections(tenant: Tenant, action: dict[str, Any], items: int, total: int) -> None:
    _arm(tenant, action)
    body = _list(tenant).json()
    assert (len(body["items"]), body["totalCount"]) == (items, total)


def test_rewritten_answers(tenant: Tenant) -> None:
    _arm(
        tenant,
        {"type": "rewrite", "set": {"/items/*/status": "quarantined", "/more": 1}, "remove": ["/items/0/id"]},
    )
    body = _list(tenant).json()
    assert ({one["status"] for one in body["items"]}, body["more"]) == ({"quarantined"}, 1)
    assert ["id" in one for one in body["items"]] == [False, True, True, True]


@pytest.mark.parametrize(("when", "status"), [("before", "suspended"), ("after", "active")])
def test_somebody_else_is_faster(tenant: Tenant, when: str, status: str) -> None:
    change = {"customer": tenant.customer, "holding": tenant.subscription(), "set": {"status": "suspended"}}
    _arm(tenant, {"type": "mutate", "when": when, "change": change})
    assert _list(tenant).json()["items"][0]["status"] == status
    assert tenant.status() == "suspended"
    assert tenant.effects() == []


def test_a_mutation_that_does_not_fit_is_left_out(tenant: Tenant) -> None:
    _arm(tenant, {"type": "mutate", "change": {"customer": "nobody", "set": {}}})
    assert _list(tenant).status == 200


def test_kills_are_left_to_the_server_and_happen_once(tenant: Tenant) -> None:
    seq = tenant.simulator.journal.next_seq
    tenant.control("POST", "faults", {"killAtJournal": seq + 1, "pid": 999999, "when": "after"})
    cuts = [_list(tenant).delivery for _ in range(3)]
    assert [one.cut for one in cuts] == [Cut.NONE, Cut.KILL_AFTER_ANSWER, Cut.NONE]
    assert cuts[1].kill_pid == 999999


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"action": {"type": "explode"}},
        {"action": {"type": "delay"}},
        {"action": {"type": "html"}, "match": {"pathRegex": "("}},
        {"action": {"type": "html"}, "match": {"verb": "GET"}},
        {"action": {"type": "kill"}},
        {"killAtJournal": 0, "pid": 5},
        {"killAtJournal": 1, "pid": 1},
        {"killAtJournal": 1},
        7,
    ],
)
def test_bad_rules_are_refused_by_name(tenant: Tenant, rule: Any) -> None:
    answer = tenant.control("POST", "faults", [rule])
    assert (answer.status, bool(answer.json()["error"])) == (400, True)
    assert tenant.control("GET", "faults").json() == []


def test_rules_are_listed_with_their_counts_and_cleared(tenant: Tenant) -> None:
    _arm(tenant, {"type": "html"})
    _list(tenant)
    _list(tenant)
    assert [(one["seen"], one["fired"]) for one in tenant.control("GET", "faults").json()] == [(2, 1)]
    assert tenant.control("DELETE", "faults").json() == []


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"set": {"status": "odd"}}, "status"),
        ({"set": {"relationship": "none"}}, "relationship"),
        ({"holding": "nothing", "set": {}}, "holding"),
        ({"customer": "nobody", "set": {}}, "customer"),
        ({"vanish": True, "holding": None}, "holding"),
        ({"set": {"termEnds": "soon"}}, "termEnds"),
        ({}, "exactly one"),
        ({"set": {"colour": "red"}}, "colour"),
    ],
)
def test_bad_mutations(tenant: Tenant, change: dict[str, Any], error: str) -> None:
    full = {"customer": tenant.customer, "holding": tenant.subscription()} | change
    before = [list(table) for table in tenant.simulator.store.tables]
    answer = tenant.control("POST", "mutate", full)
    assert answer.status == 400
    assert error.lower() in answer.json()["error"].lower()
    assert [list(table) for table in tenant.simulator.store.tables] == before


def test_mutations(tenant: Tenant) -> None:
    mine, holding = tenant.customer, tenant.subscription()
    addition = {"subscriptions": [{"kind": "legacyLicence"}], "reservations": [{}], "gdap": [{}]}
    changes: list[dict[str, Any]] = [
        {"customer": mine, "holding": holding, "set": {"termEnds": "+P1D", "autoRenew": False, "quantity": 3}},
        {"customer": mine, "holding": tenant.subscription(1), "vanish": True},
        {"customer": mine, "add": addition},
        {"customer": mine, "add": addition},
        {"customer": mine, "set": {"allowDelegatedAccess": False, "armRole": False}},
    ]
    assert tenant.control("POST", "mutate", changes).status == 200
    state = tenant.control("GET", f"state?customer={mine}").json()["customers"][0]
    assert [one["kind"] for one in state["subscriptions"]] == ["nceLicence"] * 3 + ["legacyLicence"] * 2
    assert (len(state["reservations"]), len(state["gdap"]), state["armRole"]) == (2, 2, False)
    assert (state["subscriptions"][0]["autoRenew"], state["subscriptions"][0]["quantity"]) == (False, 3)
    tenant.advance(days=2)
    tenant.control("POST", "mutate", {"customer": mine, "set": {"relationship": "none"}})
    assert code_of(tenant.call("GET", f"/v1/customers/{mine}")) == "1000"


def test_the_clock_goes_forward_only(tenant: Tenant) -> None:
    first = tenant.control("GET", "clock").json()
    second = tenant.control("POST", "clock", {"advance": "P30D"}).json()
    assert second["now"][:10] == "2026-12-02"
    third = tenant.control("POST", "clock", {"to": "2027-01-31T00:00:00Z"}).json()
    assert third["now"] == "2027-01-31T00:00:00Z"
    assert first["offsetSeconds"] < second["offsetSeconds"] < third["offsetSeconds"]
    bad: list[Any] = [{"advance": "-P1D"}, {"to": "2026-01-01"}, {"to": 5}, {"advance": "P100Y"}, {}, [], {"by": 1}]
    for one in bad:
        assert tenant.control("POST", "clock", one).status == 400
    assert tenant.control("GET", "clock").json()["now"] == third["now"]


def test_control_requests_are_not_journaled_and_unknown_paths_are(tenant: Tenant) -> None:
    length = tenant.simulator.journal.next_seq
    assert tenant.control("GET", "health").json()["ready"] is True
    assert tenant.control("GET", "nothing").status == 404
    assert tenant.control("GET", "state?customer=nobody").status == 404
    assert tenant.control("GET", "journal?from=x").status == 400
    assert tenant.control("PATCH", "knobs", {"strictNce": "maybe"}).status == 400
    assert tenant.control("GET", "knobs").json()["strictNce"]["value"] is True
    assert tenant.simulator.journal.next_seq == length
    answer = tenant.call("POST", "/v1/nothing/here", {})
    assert (answer.status, code_of(answer)) == (501, "0")
    assert "POST /v1/nothing/here" in answer.json()["description"]
    line = tenant.control("GET", f"journal?from={length}").body.decode().splitlines()
    assert len(line) == 1
    assert '"path":"/v1/nothing/here"' in line[0]
    assert '"routed":false' in line[0]
