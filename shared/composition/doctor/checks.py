"""The checks, in their order. Each looks at one thing and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from shared.adapters.http.answer import document
from shared.adapters.http.call import Call, encoded
from shared.adapters.http.record import Record
from shared.adapters.http.tokens import Audience
from shared.composition.doctor.platform import queues, store
from shared.composition.doctor.probe import Finding, Probe
from shared.composition.doctor.trouble import trouble
from shared.domain.advice import CONSENT, DOCTOR, Problem
from shared.domain.approval import NO_APPROVAL, UNATTENDED, ApprovalRule, who_approves
from shared.domain.errors import OffboardingError, RefusedError
from shared.domain.wording import count_of
from shared.pipeline.steps.preflight import NO_TOKEN, NOT_TAKEN, claims_problems
from shared.upkeep.renew_sign_in import ALARM_AFTER, DEAD_AFTER, WARN_AFTER

LARGEST_SKEW = timedelta(minutes=5)
"""Tokens are valid from their issue on; Entra and the services tolerate five minutes between clocks."""
UNSEEN = (
    "App Service Authentication cannot be seen from here: where it is off nobody can approve, and the app refuses to "
    "work; GET /api/doctor tells"
)
"""The platform says it to the running app alone (WEBSITE_AUTH_ENABLED); no settings file has it."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check, what has to be fine before it means anything, and what follows if it fails."""

    name: str
    find: Callable[[Probe], Finding]
    consequence: str
    after: str = ""


def examine(probe: Probe) -> tuple[Finding, ...]:
    """Every check once."""
    return run_checks(CHECKS, probe)


def run_checks(
    checks: Iterable[Check], probe: Probe, time_is_left: Callable[[], bool] = lambda: True
) -> tuple[Finding, ...]:
    """These checks, in this order; none begins when no time is left."""
    return tuple(_run(check, probe) if time_is_left() else _unknown(check) for check in checks)


def refresh_token(probe: Probe) -> Finding:
    """Stored, and young enough."""
    age = probe.connections.sign_in.age()
    days = age.days
    probe.told["lastRenewal"] = (probe.machine() - age).isoformat(timespec="seconds")
    if days < WARN_AFTER:
        return Finding("refresh token", f"stored {count_of(days, 'day')} ago")
    cause = f"The refresh token was stored {days} days ago; the daily renewal does not work"
    consequence = f"It dies after {DEAD_AFTER} days without use" + (", soon" if days >= ALARM_AFTER else "")
    action = "look at the log of function renew_sign_in; if in doubt " + CONSENT
    return Finding("refresh token", problems=(Problem("refresh token", "old_token", cause, consequence, action),))


def token(probe: Probe) -> Finding:
    """Issued, and what it says of itself."""
    sign_in, tenant = probe.connections.sign_in, probe.settings.partner_tenant_id
    probe.claims = claims = sign_in.claims()
    found = claims_problems(claims, right_audience=sign_in.right_audience(claims), partner_tenant_id=tenant)
    who = claims.user or claims.application_id
    return Finding("token", f"issued for {who}, audience and MFA claim are right", found)


def customers(probe: Probe) -> Finding:
    """The customer list; its answer also tells the service's time."""
    call = Call("GET", "/v1/customers", probe.settings.partner_tenant_id, encoded({"size": "1"}))
    service = probe.connections.partner_center
    answer = service.exchange(call)
    probe.date = answer.headers.get("Date", "")
    total = Record(document(answer, service.where(call)), service.where(call)).integer("totalCount")
    return Finding("customers", f"readable ({total} in all)" if total is not None else "readable")


def clock(probe: Probe) -> Finding:
    """This machine's clock against the service's."""
    try:
        theirs = parsedate_to_datetime(probe.date)
    except (TypeError, ValueError):
        return Finding("clock", "the service told no time; not compared")
    skew = abs(probe.machine() - (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)))
    if skew <= LARGEST_SKEW:
        return Finding("clock", f"{skew.total_seconds():.0f} s from the service's")
    cause = f"This machine's clock is {skew.total_seconds() / 60:.0f} minutes away from the service's"
    consequence = "Tokens and client assertions are refused, and waits end at the wrong time"
    action = "set the clock, or switch on time synchronisation"
    return Finding("clock", problems=(Problem("clock", "clock_skew", cause, consequence, action),))


def role(probe: Probe) -> Finding:
    """Something that only a user with the role may read."""
    call = Call("GET", "/v1/customers/relationshiprequests", probe.settings.partner_tenant_id)
    probe.connections.partner_center.read(call)
    return Finding("role", "the user may act for the partner (App+User)")


def account(probe: Probe) -> Finding:
    """A direct partner or an indirect provider may remove relationships, an indirect reseller may not."""
    service, tenant = probe.connections.partner_center, probe.settings.partner_tenant_id
    found: dict[str, int] = {}
    try:
        for kind in ("IsIndirectCloudSolutionProviderOf", "IsIndirectResellerOf"):
            call = Call("GET", "/v1/relationships", tenant, encoded({"relationship_type": kind}))
            record = Record(service.read(call), service.where(call))
            found[kind] = record.integer("totalCount") or len(record.children("items"))
    except RefusedError:
        # Some accounts may not read it; the removal itself will tell.
        return Finding("account", "Partner Center does not tell what kind of partner this is")
    if found["IsIndirectCloudSolutionProviderOf"]:
        return _provider(found["IsIndirectCloudSolutionProviderOf"], told=probe.settings.indirect_provider)
    if not found["IsIndirectResellerOf"]:
        return Finding("account", "direct partner")
    cause = "This account is an indirect reseller"
    consequence = "Only its provider can remove a relationship, so every removal is refused (403/900150)"
    action = "run the pipeline in the indirect provider's tenant"
    return Finding("account", problems=(Problem("account", "indirect_reseller", cause, consequence, action),))


def _provider(resellers: int, *, told: bool) -> Finding:
    """The relationship of an indirect provider is the one of every reseller that the customer has."""
    what = f"indirect provider of {count_of(resellers, 'reseller')}"
    if told:
        return Finding("account", what)
    cause = f"This account is an {what}, and OFFBOARDING_INDIRECT_PROVIDER is false"
    consequence = "A request need not name a reseller, and a removal then hits every reseller of the customer"
    action = "set OFFBOARDING_INDIRECT_PROVIDER to true, so that a request has to name the reseller (resellerMpnId)"
    warning = Problem("account", "reseller_not_asked_for", cause, consequence, action)
    return Finding("account", what, warnings=(warning,))


def graph(probe: Probe) -> Finding:
    """Delegated admin relationships are ended in Microsoft Graph."""
    path = "/v1.0/tenantRelationships/delegatedAdminRelationships"
    call = Call("GET", path, probe.settings.partner_tenant_id, encoded({"$top": "1"}))
    probe.connections.graph.read(call)
    return Finding("graph", "delegated admin relationships are readable")


def azure(probe: Probe) -> Finding:
    """Reservations are returned with Azure tokens: the application needs consent for them."""
    probe.connections.tokens.token(Audience.AZURE, probe.settings.partner_tenant_id)
    return Finding("azure", "a token for Azure is issued")


def approval(probe: Probe) -> Finding:
    """Whether a second person is asked, which is for the partner to decide."""
    rule = probe.settings.approval.rule
    if rule is not ApprovalRule.NEVER:
        # The running app has refused these settings already if authentication is off.
        unseen = probe.outside and not probe.settings.people.authentication
        return Finding("approval", who_approves(rule) + (f"; {UNSEEN}" if unseen else ""))
    action = "set OFFBOARDING_APPROVAL to always, irreversible or above, where people sign in; or leave it, knowingly"
    warning = Problem("approval", "no_approval", _sentence(NO_APPROVAL), _sentence(UNATTENDED), action)
    return Finding("approval", who_approves(rule), warnings=(warning,))


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]


CHECKS = (
    Check("refresh token", refresh_token, NO_TOKEN),
    Check("token", token, NO_TOKEN, after="refresh token"),
    Check("customers", customers, NOT_TAKEN, after="token"),
    Check("clock", clock, "", after="customers"),
    Check("role", role, "Nothing can be removed", after="customers"),
    Check("account", account, "Nothing can be removed", after="customers"),
    Check("graph", graph, "Delegated admin relationships are not ended, so no removal is confirmed", after="token"),
    Check("azure", azure, "Customers with reservations or savings plans wait for a person", after="token"),
    Check("approval", approval, ""),
    Check("store", store, "Nothing can be accepted or done: every step is stored first"),
    Check("queues", queues, "No stage is woken, and no event leaves"),
)


def _unknown(check: Check) -> Finding:
    cause, consequence = "The checks before took too long", "Whether this works is not known"
    problem = Problem(check.name, "no_time_left", cause, consequence, "see what those found, and look again")
    return Finding(check.name, problems=(problem,))


def _run(check: Check, probe: Probe) -> Finding:
    if check.after and check.after not in probe.passed:
        return Finding(check.name, skipped=f"not checked: {check.after} first")
    try:
        finding = check.find(probe)
    except OffboardingError as error:
        problem = trouble(check.name, error, check.consequence, probe.settings, DOCTOR)
        finding = Finding(check.name, problems=(problem,))
    if finding.ok or (check.name == "refresh token" and finding.problems[0].code == "old_token"):
        probe.passed.add(check.name)
    return finding
