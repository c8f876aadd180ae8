"""The doctor on one broken sign-in after another: each leads to the sentence that says what to do."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.messages import Request, encode
from local.simulator.scenario.models import PartnerSpec, ResellerSpec
from shared.composition.doctor.checks import CHECKS, examine
from shared.composition.doctor.report import as_json, lines
from shared.domain.advice import CONSENT
from shared.domain.approval import ApprovalRule
from tests.unit.doctor.patient import Patient

OTHER = ResellerSpec(id="0f0e0d0c-0b0a-4009-8807-060504030201", name="Other", mpn_id="1")


def test_a_healthy_sign_in_has_no_problem() -> None:
    found = Patient().findings()

    assert [finding.check for finding in found.values() if not finding.ok or finding.skipped] == []
    assert list(found) == [check.name for check in CHECKS]
    assert found["account"].good == "direct partner"
    assert "admin.agent@partner.example" in found["token"].good
    assert found["clock"].good.startswith("0 s")


def test_looking_changes_nothing() -> None:
    patient = Patient()
    patient.findings()
    entries = [entry for entry in patient.simulator.journal.since(1) if "/oauth2/" not in entry.path]
    assert {entry.method for entry in entries} == {"GET"}
    assert patient.vault.read().value == patient.scenario.partner.sign_in.refresh_token


BROKEN: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    # What is broken, which check finds it, under which code, and words of the cause and of what to do.
    "expired": ({"failure": "expiredRefreshToken"}, "token", "AADSTS700082", "not used for 90 days", CONSENT),
    "revoked": ({"failure": "revokedRefreshToken"}, "token", "AADSTS50173", "was revoked", CONSENT),
    "mfa wanted": ({"failure": "mfaRequired"}, "token", "AADSTS50076", "had none", CONSENT),
    "mfa unknown": ({"failure": "mfaNotRegistered"}, "token", "AADSTS50079", "has to register", "register, then"),
    "wrong secret": ({"failure": "wrongSecret"}, "token", "AADSTS7000215", "secret is wrong", "secret's value"),
    "expired secret": ({"failure": "expiredSecret"}, "token", "AADSTS7000222", "has expired", "make a new one"),
    "no consent": ({"failure": "noConsent"}, "token", "AADSTS65001", "Nobody consented", "grant admin consent"),
    "unknown app": ({"failure": "unknownApplication"}, "token", "AADSTS700016", "does not exist", "CLIENT_ID"),
    "unknown tenant": ({"failure": "unknownTenant"}, "token", "AADSTS90002", "tenant does not", "PARTNER_TENANT_ID"),
    "conditional": ({"failure": "conditionalAccess"}, "token", "AADSTS53003", "Conditional Access", "let the policy"),
    "disabled": ({"failure": "disabledUser"}, "token", "AADSTS50057", "is disabled", "enable it"),
    "no principal": ({"failure": "noServicePrincipal"}, "token", "AADSTS500011", "no principal", "az ad sp create"),
    "unavailable": (
        {"failure": "unavailable"},
        "token",
        "temporarily_unavailable",
        "answers 503",
        "try again: python3",
    ),
    "no mfa": ({"mfa": False}, "token", "900421", "no MFA claim", CONSENT),
    "app only": ({"appOnly": True}, "token", "900329", "needs a user", CONSENT),
    "wrong audience": ({"audience": "https://graph.windows.net"}, "token", "900420", "graph.windows.net", "CLOUD"),
    "no role": ({"adminAgent": False}, "customers", "900150", "role", "Admin"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_each_broken_sign_in_has_its_sentence(how: str) -> None:
    sign_in, check, code, cause, action = BROKEN[how]
    found = Patient(**sign_in).findings()
    [problem] = found[check].problems

    assert problem.code == code
    assert cause.casefold() in problem.cause.casefold()
    assert action.casefold() in problem.action.casefold()
    assert problem.consequence
    assert "resume" not in problem.text, "there is no offboarding to resume"
    assert "timeline" not in problem.text
    # What cannot be known now is not reported as broken too, and store and queues are looked at all the same.
    assert [finding.check for finding in found.values() if finding.problems] == [check]
    assert found["role"].skipped
    assert found["store"].good


def test_a_missing_refresh_token() -> None:
    patient = Patient()
    patient.vault.write("")
    [problem] = patient.findings()["refresh token"].problems
    assert "no refresh token is stored" in problem.cause


@pytest.mark.parametrize(("days", "ok"), [(59, True), (60, False), (85, False)])
def test_the_age_of_the_refresh_token(days: int, ok: bool) -> None:
    patient = Patient()
    patient.clock.pass_machine(timedelta(days=days))
    found = patient.findings()
    assert found["refresh token"].ok is ok
    assert found["role"].good, "an old token still works"


@pytest.mark.parametrize(("minutes", "ok"), [(4, True), (-4, True), (6, False), (-600, False)])
def test_a_clock_that_is_wrong(minutes: int, ok: bool) -> None:
    assert Patient(skew=timedelta(minutes=minutes)).findings()["clock"].ok is ok


@pytest.mark.parametrize(
    ("partner", "text", "ok"),
    [
        (PartnerSpec(resellers=(OTHER,)), "indirect provider of 1", True),
        (PartnerSpec(), "direct partner", True),
        (PartnerSpec(providers=(OTHER,)), "indirect reseller", False),
    ],
)
def test_the_kind_of_account(partner: PartnerSpec, text: str, ok: bool) -> None:
    finding = Patient(partner=partner).findings()["account"]
    assert finding.ok is ok
    assert text in finding.good + "".join(problem.cause for problem in finding.problems)


@pytest.mark.parametrize("named", ["false", "true"])
def test_an_indirect_provider_is_warned_of_requests_without_a_reseller(named: str) -> None:
    patient = Patient(partner=PartnerSpec(resellers=(OTHER,)), settings={"OFFBOARDING_INDIRECT_PROVIDER": named})
    found = patient.findings()
    warnings = [warning.text for warning in found["account"].warnings]
    assert len(warnings) == (named == "false")
    assert all("every reseller" in text and "OFFBOARDING_INDIRECT_PROVIDER" in text for text in warnings)
    shown, report = lines(tuple(found.values())), json.loads(as_json(tuple(found.values())))
    assert ("WARNING  account" in shown) is bool(warnings)
    assert ("ok       account" in shown) is not bool(warnings)
    assert report["ok"] is True
    statuses = {item["check"]: item["status"] for item in report["checks"]}
    assert statuses["account"] == ("warning" if warnings else "ok")


def fault(patient: Patient, path: str, status: int, code: str) -> None:
    add(patient, path, {"type": "status", "status": status, "code": code})


def add(patient: Patient, path: str, action: dict[str, object]) -> None:
    rule = {"match": {"pathRegex": path, "times": None}, "action": action}
    answer = patient.simulator.handle(Request.of("POST", "/_simulator/faults", {}, encode([rule])))
    assert answer.status < 300, answer.body


@pytest.mark.parametrize(
    ("path", "status", "code", "check"),
    [
        ("/v1/customers$", 500, "800003", "customers"),
        ("/v1/customers/relationshiprequests", 403, "900308", "role"),
        ("/tenantRelationships/", 403, "Authorization_RequestDenied", "graph"),
    ],
)
def test_what_cannot_be_read(path: str, status: int, code: str, check: str) -> None:
    patient = Patient()
    fault(patient, path, status, code)
    [problem] = patient.findings()[check].problems
    assert problem.code in {code, str(status)}


@pytest.mark.parametrize(
    ("path", "check", "said"),
    [
        ("/v1/customers$", "customers", "Partner Center at https://"),
        ("/tenantRelationships/", "graph", "Graph at https"),
    ],
)
def test_a_service_that_cannot_be_reached_is_named_with_its_address(path: str, check: str, said: str) -> None:
    patient = Patient()
    add(patient, path, {"type": "dropBefore"})
    [problem] = patient.findings()[check].problems
    assert said in problem.cause
    assert "cannot be reached" in problem.cause
    assert problem.action.startswith("check OFFBOARDING_")
    assert problem.action.endswith("the network, and try again: python3 dev.py doctor")


def test_an_account_that_does_not_tell_its_kind_is_no_problem() -> None:
    patient = Patient()
    fault(patient, "/v1/relationships", 403, "2032")
    assert "does not tell" in patient.findings()["account"].good


def test_queues_that_cannot_be_reached() -> None:
    [problem] = Patient(lost={"offboarding-plan": "ServiceBusAuthorizationError"}).findings()["queues"].problems
    assert "offboarding-plan: ServiceBusAuthorizationError" in problem.cause


def test_the_report_has_a_line_for_each_check_and_the_same_as_json() -> None:
    found = tuple(Patient(mfa=False).findings().values())
    shown = lines(found)

    assert len(shown.splitlines()) == len(CHECKS)
    assert "PROBLEM  token" in shown
    assert "[900421]" in shown
    report = json.loads(as_json(found))
    assert report["ok"] is False
    assert [item["check"] for item in report["checks"]] == [check.name for check in CHECKS]
    assert {item["status"] for item in report["checks"]} == {"ok", "warning", "problem", "skipped"}


@pytest.mark.parametrize("rule", ApprovalRule)
def test_it_says_who_can_approve_or_that_nobody_is_asked(rule: ApprovalRule) -> None:
    limits = {"OFFBOARDING_APPROVAL_SEATS": "5"} if rule is ApprovalRule.ABOVE else {}
    people = {"WEBSITE_AUTH_ENABLED": "True", "WEBSITE_HOSTNAME": "offboarding.example"}
    found = Patient(settings={"OFFBOARDING_APPROVAL": rule, **limits, **people}).findings()["approval"]
    assert found.ok
    if rule is ApprovalRule.NEVER:
        [warning] = found.warnings
        assert "request queue or holds a function key can have customers removed unattended" in warning.text
        assert "OFFBOARDING_APPROVAL" in warning.action
    else:
        assert not found.warnings
        assert "the role Offboarding.Approve" in found.good


def test_from_outside_it_says_that_authentication_cannot_be_seen() -> None:
    patient = Patient()
    rule = replace(patient.settings.approval, rule=ApprovalRule.ALWAYS)
    nobody = replace(patient.settings.people, authentication=False)
    patient.settings = replace(patient.settings, approval=rule, people=nobody)
    probe = patient.probe()
    probe.outside = True
    [found] = [finding for finding in examine(probe) if finding.check == "approval"]
    assert found.ok
    assert not found.warnings
    assert "the role Offboarding.Approve" in found.good
    assert "App Service Authentication cannot be seen from here" in found.good
    assert "GET /api/doctor tells" in found.good
    told = Patient(settings={"OFFBOARDING_APPROVAL": "always"}).findings()["approval"]
    assert "cannot be seen" not in told.good
