"""How a subscription PATCH reads its body: the full resource, in any casing, once per MS-RequestId."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SubscriptionSpec
from local.simulator.tenant.subscription import Subscription
from local.simulator.tests.unit.tenant import START, Tenant, code_of

ID = "5d9c1f0e-1111-4000-8000-000000000001"
CANCEL = [{"scheduleType": "TermEnd", "actionType": "Cancel"}]


def _tenant(*specs: SubscriptionSpec, **knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", *specs), **knobs))


def _stored(tenant: Tenant, index: int = 0) -> Subscription:
    return list(tenant.simulator.store.subscriptions)[index]


def _path(tenant: Tenant, index: int = 0) -> str:
    return f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription(index)}"


def test_a_minimal_body_resets_what_it_leaves_out() -> None:
    tenant = _tenant(b.trial())
    assert _stored(tenant).auto_renew
    assert _stored(tenant).next_term is not None
    assert tenant.patch_subscription(0, minimal=True, friendlyName="Renamed").status == 200
    after = _stored(tenant)
    assert (after.auto_renew, after.next_term, after.friendly_name) == (False, None, "Renamed")
    assert tenant.effects() == [
        "subscription.autorenew_off",
        "subscription.instructions_changed",
        "subscription.renamed",
    ]


def test_the_full_body_keeps_everything() -> None:
    tenant = _tenant(b.trial())
    before = _stored(tenant)
    assert tenant.patch_subscription(0).status == 200
    assert (_stored(tenant), tenant.effects()) == (before, [])


@pytest.mark.parametrize("case", ["pascal", "camel"])
def test_scheduled_actions_come_back_as_they_were(case: str) -> None:
    tenant = _tenant(b.nce_past_window(), scheduled_actions_case=case)
    answer = tenant.patch_subscription(0, autoRenewEnabled=False, scheduledActions=CANCEL)
    expected = "Cancel" if case == "pascal" else "cancel"
    assert answer.json()["scheduledActions"][0]["actionType"] == expected
    assert tenant.patch_subscription(0).status == 200
    assert len(_stored(tenant).scheduled_actions) == 1
    assert tenant.patch_subscription(0, scheduledActions=None).status == 200
    assert _stored(tenant).scheduled_actions == ()
    assert tenant.effects()[-1] == "subscription.schedule_changed"


@pytest.mark.parametrize(("knob", "left"), [("clear", 0), ("keep", 1)])
def test_omitted_scheduled_actions(knob: str, left: int) -> None:
    tenant = _tenant(b.nce_past_window(scheduled_cancel=True), omitted_scheduled_actions=knob)
    assert tenant.patch_subscription(0, minimal=True, autoRenewEnabled=False).status == 200
    assert len(_stored(tenant).scheduled_actions) == left


def test_a_cancel_together_with_renewal_is_refused() -> None:
    tenant = _tenant(b.nce_past_window())
    answer = tenant.patch_subscription(0, autoRenewEnabled=True, scheduledActions=CANCEL)
    assert (answer.status, code_of(answer)) == (400, "800002")


def test_suspending_turns_renewal_off_and_it_stays_off() -> None:
    tenant = _tenant(b.nce(scheduled_cancel=False))
    answer = tenant.patch_subscription(0, status="suspended")
    assert answer.json()["status"] == "suspended"
    assert answer.json()["autoRenewEnabled"] is False
    assert tenant.patch_subscription(0, status="active").json()["status"] == "active"
    assert not _stored(tenant).auto_renew
    assert tenant.effects() == ["subscription.suspended", "subscription.reactivated"]


def test_an_end_with_the_term_is_taken_back_by_the_resource_as_it_was() -> None:
    tenant = _tenant(b.nce_past_window())
    before = _stored(tenant)
    tenant.patch_subscription(0, autoRenewEnabled=False, scheduledActions=CANCEL)
    assert tenant.patch_subscription(0, autoRenewEnabled=True, scheduledActions=None).status == 200
    after = _stored(tenant)
    assert (after.auto_renew, after.scheduled_actions) == (before.auto_renew, before.scheduled_actions) == (True, ())


def test_pascal_case_bodies_are_read() -> None:
    tenant = _tenant(b.legacy())
    answer = tenant.patch_subscription(0, minimal=True, Status="Suspended", AutoRenewEnabled=True)
    assert answer.status == 200
    assert (_stored(tenant).status, _stored(tenant).auto_renew) == ("suspended", True)


def test_a_base_is_cancelled_after_its_addon() -> None:
    tenant = _tenant(b.nce(name="Base"), b.nce(name="Add-on", parent="Base"))
    assert code_of(tenant.patch_subscription(0, status="deleted")) == "800096"
    assert tenant.patch_subscription(1, status="deleted").status == 200
    assert tenant.patch_subscription(0, status="deleted").status == 200
    listed = tenant.get(f"{_path(tenant)}/addons")["items"]
    assert [(one["offerName"], "parentSubscriptionId" in one) for one in listed] == [("Add-on", False)]


@pytest.mark.parametrize(("knob", "addon"), [("cascade", "deleted"), ("independent", "active")])
def test_base_with_addons_knob(knob: str, addon: str) -> None:
    tenant = _tenant(b.nce(name="Base"), b.nce(name="Add-on", parent="Base"), base_with_addons=knob)
    assert tenant.patch_subscription(0, status="deleted").status == 200
    assert [_stored(tenant, 0).status, _stored(tenant, 1).status] == ["deleted", addon]


def test_a_suspended_legacy_base_takes_its_addons_along_and_they_come_back_after_it() -> None:
    tenant = _tenant(b.legacy(name="Base"), b.legacy(name="Add-on", parent="Base"))
    tenant.patch_subscription(0, status="suspended")
    assert _stored(tenant, 1).status == "suspended"
    assert tenant.effects() == ["subscription.suspended", "subscription.suspended"]
    answer = tenant.patch_subscription(1, status="active")
    assert (answer.status, code_of(answer)) == (409, "27009")
    assert tenant.patch_subscription(0, status="active").status == 200
    assert tenant.patch_subscription(1, status="active").status == 200


def test_etags() -> None:
    tenant = _tenant(b.legacy(), b.nce(), b.marketplace())
    items = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"]
    assert [one["attributes"].get("etag") for one in items][1:] == [None, ""]
    etag = items[0]["attributes"]["etag"]
    body = items[0] | {"status": "suspended"}
    assert code_of(tenant.call("PATCH", _path(tenant), body, if_match='"other"')) == "2055"
    assert tenant.call("PATCH", _path(tenant), body, if_match=f'"{etag}"').status == 200
    stale = tenant.call("PATCH", _path(tenant), body | {"status": "active"}, if_match=f'"{etag}"')
    assert (stale.status, code_of(stale)) == (400, "2055")


def test_the_same_request_id_replays_the_answer_without_a_second_effect() -> None:
    tenant = _tenant(b.nce())
    body = tenant.get(_path(tenant)) | {"status": "deleted"}
    first = tenant.call("PATCH", _path(tenant), body, ms_requestid=ID)
    second = tenant.call("PATCH", _path(tenant), body, ms_requestid=ID)
    assert (second.status, second.body) == (200, first.body)
    third = tenant.call("PATCH", _path(tenant), body, ms_requestid=ID.replace("1", "2"))
    assert code_of(third) == "2011"
    entries = tenant.simulator.journal.since(3)
    assert [(one.effects != (), one.replayed, one.code) for one in entries] == [
        (True, False, None),
        (False, True, None),
        (False, False, "2011"),
    ]


def test_a_refusal_is_replayed_too_and_another_body_is_another_request() -> None:
    tenant = _tenant(b.azure_plan(1), entitlement_lag="PT0S")
    body = tenant.get(_path(tenant)) | {"status": "suspended"}
    assert code_of(tenant.call("PATCH", _path(tenant), body, ms_requestid=ID)) == "900115"
    children = tenant.get(f"{_path(tenant)}/azureEntitlements")["items"]
    path = f"{_path(tenant)}/azureEntitlements/{children[0]['id']}/cancel"
    tenant.call("POST", path, {"cancellationReason": "compromise"}, ms_requestid=ID)
    assert code_of(tenant.call("PATCH", _path(tenant), body, ms_requestid=ID)) == "900115"
    assert tenant.call("PATCH", _path(tenant), body).status == 200


def test_an_asynchronous_patch_answers_202_and_shows_later() -> None:
    tenant = _tenant(b.nce(), async_patch=True, patch_lag="PT30S")
    answer = tenant.patch_subscription(0, status="deleted")
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["Location"] == _path(tenant).removeprefix("/v1")
    assert tenant.get(_path(tenant))["status"] == "active"
    assert code_of(tenant.patch_subscription(0, status="suspended")) == "900278"
    assert code_of(tenant.remove()) == "2000"
    tenant.advance(seconds=30)
    assert tenant.get(_path(tenant))["status"] == "deleted"
    assert tenant.effects() == ["subscription.cancelled"]


def test_renewal_conflicts_say_when_to_retry() -> None:
    tenant = _tenant(b.nce(term_ends="-P1D"), renewal_job="PT24H")
    answer = tenant.patch_subscription(0, autoRenewEnabled=False)
    assert (answer.status, answer.headers["Retry-After"]) == (409, "120")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 100_000, {"id": ID}])
def test_bodies_that_cannot_be_read(body: Any) -> None:
    tenant = _tenant(b.nce())
    before = _stored(tenant)
    answer = tenant.call("PATCH", _path(tenant), body)
    assert (answer.status, code_of(answer)) == (400, "800002")
    assert _stored(tenant) == before


def test_legacy_ids_come_in_upper_case_and_are_found_in_any() -> None:
    tenant = _tenant(b.legacy())
    shown = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][0]["id"]
    assert shown == tenant.subscription().upper()
    assert tenant.get(f"/v1/customers/{tenant.customer.upper()}/subscriptions/{shown}/")["id"] == shown
    assert tenant.simulator.journal.since(3)[0].holding == tenant.subscription()


def test_unknown_subscriptions() -> None:
    tenant = _tenant(b.nce(), b.legacy())
    other = f"/v1/customers/{tenant.customer}/subscriptions/{ID}"
    assert (tenant.call("GET", other).status, code_of(tenant.call("GET", other))) == (404, "20003")
    assert code_of(tenant.call("GET", other[:-3])) == "800002"
    assert code_of(tenant.call("GET", f"{_path(tenant)}/supportcontact")) == "900141"
    contact = tenant.call("GET", f"{_path(tenant, 1)}/supportcontact")
    assert contact.body.startswith(b"\xef\xbb\xbf")
    assert contact.json()["name"] == "Relecloud Partners"
    assert tenant.get(f"{_path(tenant)}/provisioningstatus")["status"] == "success"
    assert tenant.get(f"{_path(tenant)}/registrationstatus")["status"] == "NotRegistered"


def test_windows_show_as_dates_that_are_absent_when_closed() -> None:
    tenant = _tenant(b.nce(started="-P2D"), b.nce_past_window())
    items = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"]
    until = items[0]["cancellationAllowedUntilDate"]
    assert until == f"{START.replace(day=7, microsecond=0):%Y-%m-%dT%H:%M:%SZ}"
    assert "cancellationAllowedUntilDate" not in items[1]
    assert [one["refundableQuantity"]["totalQuantity"] for one in items] == [1, 0]
