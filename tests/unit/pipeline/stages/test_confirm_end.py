"""How confirming ends: whose removal it was, how long is waited, and what follows when proofs do not hold in time."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import UnavailableError
from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.record import Proof
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.outcome import Again, Attention, Finish, Next
from shared.pipeline.stages.confirm import confirm
from tests.unit.pipeline.stages.test_confirm_proofs import ACCEPTED, NAMES, confirming, gone
from tests.unit.support.scripted import NOW, PACE, PROFILE, Tenant, clock_of, complete, noted, services

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
UNCLEAR = RemovalIntent(1, "r-1", NOW)
REFUSED = replace(UNCLEAR, state=RemovalState.REFUSED, status=400)


@pytest.mark.parametrize(
    ("removal", "ours"),
    [
        (None, False),
        (UNCLEAR, True),
        (replace(UNCLEAR, state=RemovalState.WITHOUT_EFFECT), False),
        (replace(UNCLEAR, state=RemovalState.ACCEPTED, status=200), True),
        (replace(UNCLEAR, state=RemovalState.UNCLEAR), True),
        (replace(UNCLEAR, state=RemovalState.ACCEPTED, status=204).had_no_effect(), True),
        (REFUSED, False),
        (replace(REFUSED, tries=2), True),
        (replace(REFUSED, accepted_before=True), True),
        (REFUSED.had_no_effect(), False),
        (replace(UNCLEAR, state=RemovalState.WITHOUT_EFFECT, tries=2), True),
        (replace(UNCLEAR, state=RemovalState.WITHOUT_EFFECT, accepted_before=True), True),
    ],
)
def test_whose_removal_it_was(removal: RemovalIntent | None, *, ours: bool) -> None:
    tenant = gone()
    session = confirming(tenant, removal=removal)

    outcome = confirm(session)
    if isinstance(outcome, Again):
        assert not ours, "only what no removal of ours explains needs a second look"
        assert outcome.at == NOW + PACE.vanish_proof
        clock_of(session).advance(PACE.vanish_proof)
        outcome = confirm(session)

    assert isinstance(outcome, Finish)
    expected = (Status.REMOVED, "removed") if ours else (Status.ALREADY_REMOVED, "gone_before_us")
    assert (outcome.status, outcome.reason.code) == expected
    assert bool(session.offboarding.survivors) is ours, "only our removal leaves something behind to tell of"
    assert ("audited" in tenant.names) is ours, "the activity log has a record of ours, or is not asked"
    assert session.offboarding.reestablish_url == "https://partner.example/invite"


WAITS = [2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(("rechecks", "minutes"), [*enumerate(WAITS), (10, 60), (500, 60)])
def test_it_is_asked_less_often_the_longer_it_takes(rechecks: int, minutes: int) -> None:
    session = confirming(gone(audited=False), counters=Counters(1, 2, 1, rechecks))

    outcome = confirm(session)

    assert isinstance(outcome, Again)
    assert outcome.at == NOW + minutes * MINUTE
    assert session.offboarding.counters == Counters(1, 2, 1, rechecks + 1)


def test_the_doubling_itself_has_an_end() -> None:
    tenant = gone(audited=False)
    within = services(tenant, pace=replace(PACE, recheck=timedelta(days=9)))
    session = confirming(tenant, counters=Counters(rechecks=50), within=within)

    outcome = confirm(session)

    assert isinstance(outcome, Again)
    assert outcome.at == NOW + 2**12 * 2 * MINUTE


def test_the_time_of_confirming_runs_from_the_first_check() -> None:
    session = confirming(gone(audited=False))
    confirm(session)
    assert session.offboarding.confirming_since == NOW
    clock_of(session).advance(HOUR)
    outcome = confirm(session)
    assert session.offboarding.confirming_since == NOW
    assert isinstance(outcome, Again)
    assert outcome.at == NOW + HOUR + 4 * MINUTE


@pytest.mark.parametrize(
    ("since", "over"),
    [(PACE.confirm_deadline - timedelta(seconds=1), False), (PACE.confirm_deadline, True)],
)
def test_the_deadline_is_two_days_to_the_second(since: timedelta, *, over: bool) -> None:
    assert timedelta(days=2) == PACE.confirm_deadline
    session = confirming(gone(audited=False), confirming_since=NOW - since)

    assert isinstance(confirm(session), Attention if over else Again)


def overdue(counters: Counters | None = None, **answers: Any) -> Any:
    """A session past the deadline, and its outcome."""
    since = NOW - PACE.confirm_deadline
    session = confirming(gone(**answers), counters=counters or Counters(), confirming_since=since)
    return session, confirm(session)


LISTED: dict[str, Any] = {"customers": complete(PROFILE), "profile": PROFILE}


@pytest.mark.parametrize(
    "answers",
    [
        {"audited": False},
        {"customers": complete(PROFILE)},
        {"profile": PROFILE},
        {"customers": complete(PROFILE), "audited": False},
        {"profile": PROFILE, "audited": False},
        {"orders": complete(), "subscriptions": complete(), "audited": False},
    ],
)
def test_past_the_deadline_a_person_looks_at_what_does_not_hold(answers: dict[str, Any]) -> None:
    session, outcome = overdue(**answers)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "proof_overdue"
    assert outcome.reason.operator_action
    failing = [proof.name for proof in session.offboarding.proofs if not proof.holds]
    assert f"still do not hold: {', '.join(failing)} (" in outcome.reason.text
    seen = {"customer_list", "customer_read"}.intersection(failing)
    assert outcome.reason.text.endswith("(the removal was accepted)" if seen else "(removed)")
    assert session.offboarding.removal == ACCEPTED


def test_a_customer_who_is_listed_and_readable_although_the_removal_is_in_the_log_came_back() -> None:
    session, outcome = overdue(**LISTED)

    assert isinstance(outcome, Finish), "it holds the customer no longer: a new request is possible"
    assert outcome.status is Status.STOPPED
    assert outcome.reason.code == "came_back"
    assert outcome.reason.operator_action
    assert session.offboarding.removal == ACCEPTED, "nobody removes that relationship without a new request"


@pytest.mark.parametrize("refusals", [0, 1, 2])
def test_a_removal_without_effect_goes_back_to_the_gate(refusals: int) -> None:
    session, outcome = overdue(counters=Counters(1, 2, refusals, 30), audited=False, **LISTED)

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.VERIFY, None)
    assert outcome.reason is not None
    assert outcome.reason.code == "no_effect"
    head = session.offboarding
    assert head.removal == ACCEPTED.had_no_effect()
    assert (head.confirming_since, head.proofs) == (None, ())
    assert head.counters == Counters(1, 2, refusals + 1, 0)


@pytest.mark.parametrize("refusals", [3, 4])
def test_removals_without_effect_are_bounded(refusals: int) -> None:
    _, outcome = overdue(counters=Counters(refusals=refusals), audited=False, **LISTED)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "proof_overdue"


# Gone without us: nothing of ours was sent, so a customer who is readable was never gone.


def looked_gone(tenant: Tenant, **fields: Any) -> Any:
    session = confirming(tenant, removal=None, **fields)
    return session, confirm(session)


@pytest.mark.parametrize(("returns", "minutes"), [*enumerate(WAITS), (11, 60)])
def test_who_only_looked_gone_goes_back_to_the_gate_later_and_later(returns: int, minutes: int) -> None:
    session, outcome = looked_gone(
        gone(profile=PROFILE), counters=Counters(1, returns, 2, 3), confirming_since=NOW - HOUR
    )

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.VERIFY, NOW + minutes * MINUTE)
    assert outcome.reason is not None
    assert outcome.reason.code == "not_gone"
    assert session.offboarding.counters == Counters(1, returns + 1, 2, 3)
    assert (session.offboarding.confirming_since, session.offboarding.proofs) == (None, ())


def test_without_a_plan_it_goes_back_to_planning() -> None:
    _, outcome = looked_gone(gone(profile=PROFILE), plan=None)

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.PLAN, NOW + 2 * MINUTE)


@pytest.mark.parametrize("returns", [12, 13])
def test_answers_that_go_on_to_contradict_each_other_ask_a_person(returns: int) -> None:
    before = Counters(returns=returns)
    session, outcome = looked_gone(gone(profile=PROFILE), counters=before)

    assert session.offboarding.counters == before.asked() != before, "later looks go on from there"
    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "relationship_unclear"
    assert outcome.reason.operator_action


def test_who_is_not_readable_but_listed_is_waited_for() -> None:
    session, outcome = looked_gone(gone(customers=complete(PROFILE)))

    assert isinstance(outcome, Again)
    assert outcome.reason.code == "relationship_unclear"
    assert "removed" not in outcome.reason.text
    assert noted(session, "proofs")[0].startswith("customer_list: still in the customer list")


def test_a_readable_customer_after_our_removal_is_waited_for() -> None:
    session = confirming(gone(profile=PROFILE))

    assert isinstance(confirm(session), Again)


def test_proofs_of_an_earlier_round_do_not_outlive_their_contradiction() -> None:
    held = tuple(Proof(name, holds=name != "customer_read", detail="", at=NOW) for name in NAMES)
    session, outcome = looked_gone(gone(profile=PROFILE), proofs=held)

    assert isinstance(outcome, Next)
    assert session.offboarding.proofs == ()


# A refusal proves nothing, and nothing is told of it that is not so.

READABLE_STATES = [
    (None, True),
    (UNCLEAR, True),
    (replace(UNCLEAR, state=RemovalState.UNCLEAR), True),
    (REFUSED, True),
    (replace(UNCLEAR, state=RemovalState.WITHOUT_EFFECT), True),
    (replace(UNCLEAR, state=RemovalState.WITHOUT_EFFECT, accepted_before=True), True),
    (replace(REFUSED, tries=2), False),
    (replace(REFUSED, accepted_before=True), False),
    (ACCEPTED, False),
]


@pytest.mark.parametrize(("removal", "at_once"), READABLE_STATES)
@pytest.mark.parametrize("listed", [True, False])
def test_a_customer_who_is_readable_goes_back_at_once_unless_a_call_of_ours_may_still_show(
    removal: RemovalIntent | None, *, at_once: bool, listed: bool
) -> None:
    answers = LISTED if listed else {"profile": PROFILE}
    session = confirming(gone(**answers), removal=removal)

    outcome = confirm(session)

    assert isinstance(outcome, Next if at_once else Again)
    assert outcome.reason is not None
    assert not outcome.reason.text.startswith("removed")
    if isinstance(outcome, Next):
        assert outcome.stage is Stage.VERIFY
        assert (session.offboarding.proofs, session.offboarding.gone_since) == ((), None)
        assert session.offboarding.removal == removal, "a call that may have been received is not forgotten"


@pytest.mark.parametrize("audited", [True, False])
def test_what_was_not_asked_for_proves_nothing(*, audited: bool) -> None:
    session = confirming(gone(audited=audited, **LISTED), removal=REFUSED, confirming_since=NOW - 3 * HOUR)

    assert isinstance(confirm(session), Next), "no call of ours was accepted: it did not come back"


@pytest.mark.parametrize(("after", "settled"), [(HOUR - MINUTE, False), (HOUR, True)])
def test_a_refusal_after_an_unclear_call_is_given_an_hour_to_show_what_happened(
    after: timedelta, *, settled: bool
) -> None:
    refused = replace(REFUSED, tries=2)
    session = confirming(gone(audited=False, **LISTED), removal=refused, confirming_since=NOW - after)

    outcome = confirm(session)

    assert isinstance(outcome, Next if settled else Again)
    if settled:
        assert session.offboarding.removal == refused.had_no_effect()
        assert session.offboarding.removal.is_ours, "what is found gone later may be its work"


@pytest.mark.parametrize("answers", [{"customers": complete(PROFILE)}, {"profile": PROFILE}, {}])
@pytest.mark.parametrize(("after", "over"), [(HOUR, False), (PACE.confirm_deadline, True)])
def test_after_a_refusal_too_only_who_is_listed_and_readable_is_waited_for_no_longer(
    answers: dict[str, Any], after: timedelta, *, over: bool
) -> None:
    refused = replace(REFUSED, tries=2)
    session = confirming(gone(audited=False, **answers), removal=refused, confirming_since=NOW - after)

    assert isinstance(confirm(session), Attention if over else Again)


# What vanished needs a second look.


@pytest.mark.parametrize("removal", [None, REFUSED, UNCLEAR, replace(UNCLEAR, state=RemovalState.WITHOUT_EFFECT)])
@pytest.mark.parametrize("minutes", [1, 9])
def test_without_an_accepted_removal_nothing_ends_before_a_second_look(
    removal: RemovalIntent | None, minutes: int
) -> None:
    tenant = gone(audited=False, gdap=complete(DelegatedRelationship("g1", "Admin", "active")))
    session = confirming(tenant, removal=removal)
    for _ in range(2):
        assert isinstance(confirm(session), Again)
        assert "terminate" not in tenant.names
        clock_of(session).advance(minutes * MINUTE / 2)
    clock_of(session).advance((10 - minutes) * MINUTE)
    confirm(session)
    assert "terminate" in tenant.names
    assert tenant.names.count("customers") == tenant.names.count("customer") == 3, "both are read anew in each look"


@pytest.mark.parametrize("answers", [{"profile": PROFILE}, {"customers": complete(PROFILE)}, LISTED])
def test_a_look_that_disagrees_begins_anew(answers: dict[str, Any]) -> None:
    tenant = gone()
    session = confirming(tenant, removal=None)
    confirm(session)
    for name, value in answers.items():
        setattr(tenant, name, value)
    clock_of(session).advance(11 * MINUTE)
    confirm(session)
    assert session.offboarding.gone_since is None
    tenant.profile, tenant.customers = gone().profile, gone().customers
    assert not isinstance(confirm(session), Finish)


def test_a_look_begins_anew_where_the_customer_is_listed_and_could_not_be_read() -> None:
    tenant = gone()
    session = confirming(tenant, removal=None)
    confirm(session)
    assert session.offboarding.gone_since == NOW
    tenant.customers, tenant.profile = complete(PROFILE), UnavailableError("down")
    with pytest.raises(UnavailableError):
        confirm(session)
    assert session.offboarding.gone_since is None


@pytest.mark.parametrize("removal", [ACCEPTED, ACCEPTED.had_no_effect(), UNCLEAR])
def test_a_removal_of_ours_that_was_accepted_or_logged_explains_the_absence(removal: RemovalIntent) -> None:
    outcome = confirm(confirming(gone(), removal=removal))
    assert isinstance(outcome, Finish)
    assert outcome.status is Status.REMOVED


def test_a_first_look_in_another_stage_counts() -> None:
    """The list is read before the customer: that it holds alone does not begin the looks anew."""
    session = confirming(gone(), removal=None, gone_since=NOW - PACE.vanish_proof)
    outcome = confirm(session)
    assert isinstance(outcome, Finish)
    assert outcome.status is Status.ALREADY_REMOVED


@pytest.mark.parametrize(
    ("removal", "came_back"),
    [
        (ACCEPTED, True),
        (replace(REFUSED, tries=2), True),
        (replace(REFUSED, accepted_before=True), True),
        (REFUSED, False),
        (REFUSED.had_no_effect(), False),
        (ACCEPTED.had_no_effect(), False),
    ],
)
def test_only_a_removal_of_ours_can_be_undone_by_somebody(removal: RemovalIntent, came_back: bool) -> None:
    logged = Proof("activity_log", holds=True, detail="logged", at=NOW - HOUR)
    since = NOW - PACE.confirm_deadline
    session = confirming(gone(**LISTED), removal=removal, proofs=(logged,), confirming_since=since)
    outcome = confirm(session)
    assert isinstance(outcome, Finish | Next)
    assert isinstance(outcome, Finish) is came_back
    assert outcome.reason is not None
    assert outcome.reason.code == ("came_back" if came_back else "not_gone")


@pytest.mark.parametrize(
    ("answers", "before", "again"),
    [
        ({"orders": complete()}, {}, True),
        ({"orders": complete()}, {"orders": complete()}, False),
        ({"orders": complete()}, {"orders": complete(), "subscriptions": complete()}, True),
    ],
)
def test_proofs_are_evidence_when_their_answer_is_another_one(
    answers: dict[str, Any], before: dict[str, Any], again: bool
) -> None:
    """Asked again and again they would fill the chain."""
    first = confirming(gone(**before))
    if before:
        confirm(first)
    known = first.offboarding.proofs
    session = confirming(gone(**answers), proofs=known, confirming_since=NOW)
    assert isinstance(confirm(session), Again)
    session.save()
    found = [json.loads(line) for line in session.services.store.evidence(session.offboarding.id)]
    told = [entry["data"] for entry in found if entry["kind"] == "proof"]
    assert len(told) == int(again)
    for data in told:
        assert [item["name"] for item in data["proofs"]] == [proof.name for proof in session.offboarding.proofs]
        assert {item["name"] for item in data["proofs"] if not item["holds"]} >= {"purchasing"}
