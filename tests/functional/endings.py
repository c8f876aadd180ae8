"""Every kind of ending, and every state in between, as worlds: what the reports are read and printed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from local.simulator.knobs import Knobs
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec, Scenario, SeatsSpec
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Cause
from shared.domain.decisions.overrides import PersonsWord
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage
from shared.domain.people.actor import Actor, ActorType
from shared.operations.approve import Decision, decide_plan
from shared.operations.mark import mark_for_attention
from shared.operations.override import override
from shared.operations.reschedule import NewSchedule, reschedule
from shared.operations.withdraw import CalledOff, withdraw
from shared.upkeep.retention import forget_expired
from tests.functional.trouble import arm, mutate
from tests.unit.support.worlds import wake_up

Made = tuple[World, str]
"""A world, and the id of the offboarding that it is about."""

APPROVER = Actor(ActorType.PERSON, "a99707e7-0000-4000-8000-0000000a9970", "Ava Approver")
OPERATOR = Actor(ActorType.PERSON, "0be7a704-0000-4000-8000-0000000be7a7", "Otto Operator")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAME = "Müller & Söhne GmbH"
DOMAIN = "mueller-soehne.onmicrosoft.com"
PATCH_CUSTOMER = r"(?i)^/v1/customers/[^/]+$"
NEIGHBOUR = b.customer("Neighbour")
LONG_NAME = "Gesellschaft für außerordentlich lange Namen " * 4
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u05d1\u05e2\u05f4\u05de"
MARKUP = '<b>Bold</b> & "quoted" {{ 7 * 191 }} {name}'


def soehne(*holdings: b.Holding, **fields: Any) -> CustomerSpec:
    return b.customer(NAME, *holdings, **{"domain": DOMAIN, **fields})


def asked(
    *holdings: b.Holding,
    rules: tuple[dict[str, Any], ...] = (),
    within: timedelta | None = None,
    knobs: dict[str, Any] | None = None,
    settings: dict[str, Any] | None = None,
    customer: CustomerSpec | None = None,
    stage: Stage | None = None,
    **fields: Any,
) -> Made:
    """Asked for and run as far as it goes, or for so long, or as far as a stage."""
    who = customer or soehne(*holdings)
    found = Scenario(customers=(who, NEIGHBOUR), knobs=Knobs(**(knobs or {})))
    world = World(scenario=found, **(settings or {}))
    arm(world, *rules)
    said = {"requestId": "crm-4711", "reason": "Contract 4711 ended on 31 May", "requestedBy": "maria@partner.example"}
    request = world.ask(who, **{**said, **fields})
    if stage is None:
        world.run(for_at_most=within)
    else:
        at_stage(world, stage)
    return world, world.offboarding(request).id


def at_stage(world: World, stage: Stage) -> None:
    """Right before its first look, or its first one from now on."""
    ends = world.clock.now() + DAY
    while not world.all() or world.all()[-1].stage is not stage:
        assert world.step(ends)


def shown(world: World, identity: str) -> Any:
    stored = world.store.load(identity)
    assert stored is not None
    return stored.offboarding


def always(path: str, action: dict[str, Any], method: str = "GET") -> dict[str, Any]:
    return {"match": {"method": method, "pathRegex": path, "times": None}, "action": action}


E3, F3 = b.nce(name="Microsoft 365 E3", quantity=25), b.nce_past_window("+P40D", name="Microsoft 365 F3", quantity=5)
E1, VISIO = b.legacy(name="Office 365 E1"), b.trial(name="Visio Plan 2 Trial")
EVERYTHING = (
    E1,
    E3,
    b.add_on("Microsoft 365 E3", name="Teams Phone"),
    VISIO,
    b.azure_plan(2, name="Azure plan"),
    b.reservation(),
    b.perpetual(name="Windows Server 2025"),
    b.gdap(),
)


def with_seats() -> Made:
    seats = (SeatsSpec(quantity=5, added="-P2D"),)
    return asked(b.nce_past_window("+P40D", name="Premium", quantity=25, seats_added=seats), reduceSeats=True)


def decided(*, approves: bool, within: timedelta | None = None, **fields: Any) -> Made:
    world, identity = asked(E3, settings={"OFFBOARDING_APPROVAL": "always"}, within=6 * HOUR, **fields)
    head = shown(world, identity)
    why = "the contract is over" if approves else "the customer pays again"
    decide_plan(identity, Decision(approves=approves, digest=head.plan.digest, by=APPROVER, why=why), world.services)
    world.run(for_at_most=within)
    return world, identity


def called_off(*holdings: b.Holding, within: timedelta = DAY, rests: bool = True, **fields: Any) -> Made:
    world, identity = asked(*holdings, within=within, **fields)
    withdraw(identity, CalledOff(OPERATOR, "the customer stays"), world.services)
    if rests:
        world.run(for_at_most=2 * DAY)
    return world, identity


def came_back() -> Made:
    customer = soehne(E1)
    world = World(scenario=Scenario(customers=(customer, NEIGHBOUR), knobs=Knobs(removal_lag=timedelta(0))))
    change = {"set": {"relationship": "reseller"}, "customer": world.tenant()[0]["id"]}
    back = {"type": "mutate", "when": "after", "change": change}
    arm(world, {"match": {"method": "PATCH", "pathRegex": PATCH_CUSTOMER}, "action": back})
    request = world.ask(customer, requestId="crm-4711")
    world.run(for_at_most=4 * DAY)
    return world, world.offboarding(request).id


def gone_before() -> Made:
    world, identity = asked(F3, within=DAY)
    mutate(world, {"customer": world.tenant()[0]["id"], "set": {"relationship": "none"}})
    world.run(for_at_most=60 * DAY)
    return world, identity


def protected() -> Made:
    world, identity = asked(F3, within=DAY)
    partner = replace(world.services.partner, protected_customers=frozenset({world.tenant()[0]["id"]}))
    world.services = replace(world.services, partner=partner)
    world.run(for_at_most=60 * DAY)
    return world, identity


def second(**fields: Any) -> Made:
    world, _ = asked(F3, within=DAY)
    request = world.ask(world.scenario.customers[0], requestId="crm-4712", **fields)
    world.run(for_at_most=DAY)
    return world, world.offboarding(request).id


def overridden(*, said: bool = True) -> Made:
    world = World(scenario=Scenario(customers=(soehne(E1), NEIGHBOUR)))
    tenant = world.tenant()[0]
    mutate(world, {"customer": tenant["id"], "holding": tenant["subscriptions"][0]["id"], "set": {"status": "deleted"}})
    arm(world, always("/subscriptions$", {"type": "rewrite", "set": {"/items/0/status": "hibernated"}}))
    request = world.ask(world.scenario.customers[0], requestId="crm-4711")
    world.run(for_at_most=2 * DAY)
    identity = world.offboarding(request).id
    if not said:
        return world, identity
    [key] = [key for key, one in world.store.holdings(identity).items() if one.blocker]
    override(identity, PersonsWord(key, Cause.UNKNOWN_STATUS, OPERATOR, "case 123"), world.services)
    world.run()
    return world, identity


def dead_lettered() -> Made:
    world, identity = asked(F3, within=DAY)
    mark_for_attention(
        wake_up(world, identity), Reason(ReasonCode.DEAD_LETTERED, "a wake-up was given up"), world.services
    )
    return world, identity


def moved() -> Made:
    world, identity = asked(E3, within=HOUR, notBefore=_in(10 * DAY))
    start = world.clock.now() + 20 * DAY
    reschedule(identity, NewSchedule(start, frozenset(), OPERATOR, "the migration takes longer"), world.services)
    world.run(for_at_most=HOUR)
    return world, identity


def _in(time: timedelta) -> str:
    return (World().clock.now() + time).isoformat()


def forgotten() -> Made:
    """What retention leaves."""
    world, identity = asked(E1, E3, F3)
    world.clock.advance(4000 * DAY)
    assert forget_expired(world.services) == 1
    return world, identity


def many() -> Made:
    held = tuple(b.nce(name=f"Product {number:03d}", quantity=number + 1) for number in range(300))
    return asked(*held)


REFUSED_FOR_GOOD = {"type": "status", "status": 400, "code": "800002", "description": "No."}
ENDINGS: dict[str, Callable[[], Made]] = {
    "removed_at_once": lambda: asked(*EVERYTHING),
    "removed_empty": asked,
    "removed_after_wait": lambda: asked(E1, E3, F3),
    "removed_survivors": lambda: asked(b.perpetual_past_window(name="Office 2024"), b.azure_plan(2, name="Azure plan")),
    "removed_refunds": lambda: asked(
        b.reservation(name="VM_RI", refund_usd=1204.5), b.reservation(name="SQL_RI", refund_usd=88, quantity=2)
    ),
    "removed_reduced_seats": with_seats,
    "removed_approved": lambda: decided(approves=True),
    "removed_override": overridden,
    "removed_attempts": lambda: asked(
        E3,
        rules=(
            {
                "match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": 2},
                "action": {"type": "status", "status": 503},
            },
        ),
    ),
    "already_removed": gone_before,
    "came_back": came_back,
    "waiting_term": lambda: asked(E1, E3, F3, within=DAY),
    "waiting_pending": lambda: asked(b.nce_pending(name="Just bought", quantity=3), within=HOUR),
    "waiting_transfer": lambda: asked(E3, b.transfer("Microsoft 365 E3"), within=DAY),
    "waiting_order": lambda: asked(b.order(), within=DAY),
    "waiting_reservation": lambda: asked(b.reservation_not_refundable(name="VM_RI", renew=True), within=DAY),
    "waiting_savings_plan": lambda: asked(b.savings_plan(name="Savings plan"), within=DAY),
    "waiting_grace": lambda: asked(
        E1, E3, b.azure_plan(1, name="Azure plan"), settings={"OFFBOARDING_GRACE_SECONDS": "86400"}, within=HOUR
    ),
    "waiting_throttled": lambda: asked(
        E3, rules=(always("/subscriptions", {"type": "throttle", "retryAfter": 7200}),), within=HOUR
    ),
    "attention_status": lambda: overridden(said=False),
    "attention_refused": lambda: asked(
        E3, rules=(always("/subscriptions/", REFUSED_FOR_GOOD, "PATCH"),), within=3 * DAY
    ),
    "attention_removal": lambda: asked(
        E1, rules=(always(PATCH_CUSTOMER, {"type": "status", "status": 404, "code": "1000"}, "PATCH"),), within=DAY
    ),
    "attention_faults": lambda: asked(
        E3, rules=(always("/subscriptions", {"type": "status", "status": 500}),), within=2 * DAY
    ),
    "attention_sign_in": lambda: asked(
        E3, rules=(always("/v1/", {"type": "status", "status": 401, "code": "900421"}),), within=2 * DAY
    ),
    "attention_marketplace": lambda: asked(b.marketplace_pending(name="SaaS"), within=30 * DAY),
    "attention_dead_lettered": dead_lettered,
    "awaiting_approval": lambda: asked(E1, E3, F3, settings={"OFFBOARDING_APPROVAL": "always"}, within=6 * HOUR),
    "approval_rejected": lambda: decided(approves=False, within=6 * HOUR),
    "withdrawn_before": lambda: called_off(E3, notBefore=_in(10 * DAY)),
    "withdrawn_restored": lambda: called_off(E1, F3),
    "withdrawn_not_restored": lambda: called_off(E1, E3, F3),
    "restoring": lambda: called_off(E1, F3, rests=False),
    "planned": lambda: asked(E1, E3, F3, dryRun=True),
    "plan_mode": lambda: asked(E1, E3, settings={"OFFBOARDING_MODE": "plan"}, within=5 * HOUR),
    "scheduled": lambda: asked(E1, E3, within=HOUR, notBefore=_in(10 * DAY)),
    "moved": moved,
    "received": lambda: asked(E3, stage=Stage.PLAN),
    "before_removal": lambda: asked(E3, stage=Stage.REMOVE),
    "confirming": lambda: asked(E3, within=timedelta(0)),
    "stopped": lambda: asked(E1, F3, commitments="stop_and_report"),
    "protected": protected,
    "unknown_customer": lambda: asked(
        E3, customerTenantId="11111111-1111-4111-8111-111111111111", customerDomain="nobody.example"
    ),
    "mismatch": lambda: asked(E3, customerDomain="other.example"),
    "invalid": lambda: asked(E3, customerTenantId=None, customerDomain=None, customerCompanyName=None),
    "other_options": lambda: second(commitments="stop_and_report"),
    "joined": second,
    "forgotten": forgotten,
    "many": many,
    "long_name": lambda: asked(
        customer=b.customer(
            LONG_NAME, b.nce(name=LONG_NAME), b.nce_past_window("+P40D", name="W" * 200), domain=DOMAIN
        ),
        within=DAY,
    ),
    "right_to_left": lambda: asked(
        customer=b.customer(RIGHT_TO_LEFT, b.nce(name=f"{RIGHT_TO_LEFT} E3"), domain=DOMAIN)
    ),
    "markup": lambda: asked(customer=b.customer(MARKUP, b.nce(name=MARKUP), domain=DOMAIN)),
    "nameless": lambda: asked(customer=b.customer(" ", E3, domain=DOMAIN)),
}
