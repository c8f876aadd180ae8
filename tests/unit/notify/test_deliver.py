"""From the topic to the receivers: once, under one id, and nothing is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.world.crash import CrashPoints
from shared.contracts.batch import BatchRow, KeptBatch, row_name
from shared.contracts.events import EventType
from shared.contracts.notification import Notification, NotificationHead
from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.domain.notices.burst import MOST_KEPT, Digest, Entry, Told
from shared.domain.notices.rules import Burst, Channel, Target
from shared.domain.notices.tries import WAITS
from shared.notify.deliver import deliver
from shared.notify.memory import change, row_of
from shared.notify.tell import tell
from shared.ports.notices import NotSent
from tests.unit.notify.support import AT, NEEDS, TEAMS, TENANT, Bench, event, rule

BURST = Burst(2, timedelta(minutes=10))
MAIL, HOOK = Target(Channel.EMAIL), Target(Channel.WEBHOOK)


def test_each_rule_that_wants_it_is_told_once() -> None:
    bench = Bench((rule(), rule("mail", target=MAIL), rule("other", events=frozenset({EventType.REMOVED.value}))))
    bench.publish(event(), event())
    bench.run()
    assert [(target, parcel.id) for target, parcel in bench.receivers.took] == [(TEAMS, "event-1"), (MAIL, "event-1")]
    [(_, parcel), _] = bench.receivers.took
    assert parcel.event == event().to_json()
    assert parcel.notice.link == "https://app.example/console/offboardings/off-1"


def test_without_rules_nothing_is_read_and_nothing_sent() -> None:
    bench = Bench(())
    bench.publish(event())
    assert bench.crash.passed == []


def test_an_event_that_cannot_be_read_is_completed(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench((rule(),))
    tell(b"{", bench.notifier)
    assert bench.bus.queued == []
    assert "not told to anybody" in caplog.text


@pytest.mark.parametrize("customers", [{TENANT}, {"contoso.example"}, {"other.example", "contoso.example"}, set()])
def test_a_rule_for_this_customer(customers: set[str]) -> None:
    bench = Bench((rule(customers=frozenset(customers)),))
    bench.publish(event())
    bench.run()
    assert bench.receivers.ids == ["event-1"]


def test_a_rule_for_other_customers_and_batches() -> None:
    bench = Bench((rule(customers=frozenset({"other.example"})), rule("b", batches=frozenset({"march", "april"}))))
    bench.publish(event(1), event(2))
    bench.run()
    assert bench.receivers.ids == []
    rows = (BatchRow(position=0, request_id="req-2"),)
    kept = KeptBatch(batch_id="march", digest="0" * 64, received_at=AT, complete=False, items=rows)
    bench.store.put_shared_row(row_name("march"), kept.to_json(), None)
    bench.clock.advance(timedelta(hours=2))
    bench.publish(event(1), event(2))
    bench.run()
    assert bench.receivers.ids == ["event-2"]


def test_an_event_that_names_its_batch_needs_nothing_that_is_remembered() -> None:
    bench = Bench((rule(batches=frozenset({"march", "april"})),))
    bench.publish(event(1, batch_id="march"), event(2, batch_id="March"), event(3))
    bench.run()
    assert bench.receivers.ids == ["event-1"]
    assert ("Batch", "march") in bench.receivers.took[0][1].notice.facts


def test_a_channel_that_fails_is_tried_again_and_makes_no_other_send_twice() -> None:
    bench = Bench((rule(), rule("mail", target=MAIL)))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 500")] * 3
    bench.publish(event())
    bench.run()
    assert bench.receivers.took[0][0] == MAIL
    assert [target for target, _ in bench.receivers.took] == [MAIL, TEAMS]
    assert set(bench.receivers.ids) == {"event-1"}
    assert bench.dead == []


def test_what_fails_for_hours_becomes_a_dead_letter_that_can_be_sent_again() -> None:
    bench = Bench((rule(),))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 404")] * (len(WAITS) + 3)
    bench.publish(event())
    bench.run()
    assert bench.receivers.took == []
    [letter] = bench.dead
    deliver(letter, bench.notifier)
    assert bench.receivers.ids == ["event-1"]
    deliver(letter, bench.notifier)
    assert bench.receivers.ids == ["event-1"]


def test_retry_after_holds_for_every_notice_of_the_target() -> None:
    bench = Bench((rule(), rule("again", events=frozenset({EventType.REMOVED.value}))))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 429", timedelta(minutes=20))]
    bench.publish(event(1))
    bench.run(timedelta(minutes=1))
    bench.publish(event(2, EventType.REMOVED))
    bench.run(timedelta(minutes=15))
    assert bench.receivers.asked == 1
    bench.run()
    assert sorted(bench.receivers.ids) == ["event-1", "event-2"]
    assert bench.receivers.asked == 3


def test_a_burst_is_collected_and_sent_as_one() -> None:
    bench = Bench((rule(burst=BURST),))
    bench.publish(*(event(number) for number in range(1, 8)))
    bench.run(timedelta(minutes=1))
    assert bench.receivers.ids == ["event-1", "event-2"]
    bench.run()
    [_, _, (_, digest)] = bench.receivers.took
    assert digest.notice.title == "5 messages about offboardings"
    told = json.loads(digest.event)
    assert (told["type"], told["id"]) == ("offboarding.digest.v1", digest.id)
    assert [entry["id"] for entry in told["data"]["entries"]] == [f"event-{number}" for number in range(3, 8)]
    bench.clock.advance(timedelta(hours=2))
    bench.publish(*(event(number) for number in range(1, 8)))
    bench.run()
    assert len(bench.receivers.took) == 3


def test_a_full_digest_does_not_wait() -> None:
    bench = Bench((rule(burst=BURST),))
    bench.publish(*(event(number) for number in range(1, 103)))
    bench.run(timedelta(minutes=1))
    assert bench.receivers.took[-1][1].notice.title == "100 messages about offboardings"


def test_a_digest_that_fails_keeps_its_id_and_the_next_one_is_another() -> None:
    bench = Bench((rule(burst=BURST),))
    bench.publish(*(event(number) for number in range(1, 5)))
    bench.run(timedelta(minutes=1))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 500")] * 5
    bench.run(timedelta(minutes=11))
    bench.publish(*(event(number) for number in range(5, 9)))
    bench.run()
    ids = bench.receivers.ids
    assert len(ids) == len(set(ids)) == 2 + 1 + 2 + 1


def test_a_store_that_cannot_be_reached_costs_no_try(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench((rule(),))
    bench.publish(event())
    with monkeypatch.context() as patched:
        patched.setattr(bench.store, "shared_row", _unreachable)
        bench.run(timedelta(minutes=20))
    assert (bench.receivers.asked, bench.dead) == (0, [])
    bench.run()
    assert bench.receivers.ids == ["event-1"]


def _unreachable(_: str) -> None:
    raise UnavailableError("the store cannot be reached", service="store")


def test_a_bus_that_cannot_be_reached_leaves_the_message_on_the_queue() -> None:
    bench = Bench((rule(),))
    bench.publish(event())
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 500")]
    bench.bus.cut_off = True
    with pytest.raises(UnavailableError):
        deliver(bench.bus.queued[0].body, bench.notifier)


def test_nothing_lies_scheduled_for_long() -> None:
    """docs/decisions/0017-what-the-scaler-may-read.md."""
    bench = Bench((rule(burst=Burst(1, timedelta(hours=20))),))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 500", timedelta(hours=9))] * 3
    bench.publish(event(1), event(2), event(3))
    longest = timedelta(0)
    for _ in range(400):
        bench.run(timedelta(minutes=5))
        now = bench.clock.now()
        longest = max([longest, *(one.scheduled_at - now for one in bench.bus.queued if one.scheduled_at)])
        bench.clock.advance(timedelta(minutes=5))
    assert timedelta(0) < longest <= timedelta(minutes=5)
    assert len(bench.receivers.took) == 2


def test_more_than_may_be_kept_waits_outside_and_is_a_dead_letter_at_the_end() -> None:
    bench = Bench((rule(burst=Burst(1, timedelta(hours=24))),))
    entries = tuple(Entry(f"old-{number}", AT, NEEDS.value, "off", "x") for number in range(MOST_KEPT))
    full = Told(number=2, closed=(Digest(1, entries),), times=(bench.clock.now(),))
    change("duty", lambda _: (full, None), bench.notifier)
    bench.publish(event(1))
    bench.run()
    assert bench.receivers.asked == 0
    [letter] = bench.dead
    assert "event-1" in letter.decode()
    deliver(Notification(NotificationHead(rule="duty", digest=1)).to_bytes(), bench.notifier)
    deliver(letter, bench.notifier)
    bench.run()
    assert "event-1" in _all_told(bench)


def test_a_message_of_a_rule_that_is_gone_and_one_that_is_none_are_dropped(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench((rule(),))
    for body in (
        Notification(NotificationHead(rule="gone", attempt=1), b"{}").to_bytes(),
        Notification(NotificationHead(rule="duty", attempt=1), b"{}").to_bytes(),
        Notification(NotificationHead(rule="duty", attempt=1)).to_bytes(),
        b"nonsense",
    ):
        deliver(body, bench.notifier)
    assert bench.receivers.asked == 0
    assert caplog.text.count("dropped") == 4


def test_a_digest_that_is_woken_too_early_is_sent_when_it_is_due() -> None:
    bench = Bench((rule(burst=BURST),))
    bench.publish(*(event(number) for number in range(1, 5)))
    bench.run(timedelta(minutes=1))
    bench.bus.queued.clear()
    deliver(Notification(NotificationHead(rule="duty", digest=1)).to_bytes(), bench.notifier)
    assert len(bench.receivers.took) == 2
    bench.run()
    assert len(bench.receivers.took) == 3


def test_a_row_that_is_never_free_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench((rule(),))

    def busy(*_: object) -> None:
        raise ConcurrencyConflictError("another was faster")

    monkeypatch.setattr(bench.store, "put_shared_row", busy)
    bench.publish(event())
    with pytest.raises(UnavailableError, match="never free"):
        change("duty", lambda told: (replace(told, number=2), None), bench.notifier)


def _all_told(bench: Bench) -> list[str]:
    """The ids of the events that were told, in notices of their own and in digests."""
    told: list[str] = []
    for parcel in {parcel.id: parcel for _, parcel in bench.receivers.took}.values():
        document = json.loads(parcel.event)
        entries = document["data"].get("entries")
        told += [entry["id"] for entry in entries] if entries else [document["id"]]
    return sorted(told)


@pytest.mark.parametrize("burst", [None, BURST], ids=["alone", "burst"])
def test_dying_at_any_point_loses_nothing_and_tells_nothing_under_two_ids(burst: Burst | None) -> None:
    events = [event(number) for number in range(1, 6)]
    whole = Bench((rule(burst=burst),))
    whole.publish(*events)
    whole.run()
    points = len(whole.crash.passed)
    assert points > 15
    for point in range(1, points + 1):
        bench = Bench((rule(burst=burst),), CrashPoints(point))
        bench.publish(*events)
        bench.run()
        assert _all_told(bench) == [f"event-{number}" for number in range(1, 6)], bench.crash.passed[point - 1]
        assert bench.dead == []


@given(
    failing=st.lists(st.booleans(), max_size=30),
    gaps=st.lists(st.integers(0, 700), min_size=1, max_size=25),
    above=st.integers(1, 5),
)
def test_whatever_fails_and_whenever_events_come_each_is_told_under_one_id(
    failing: list[bool], gaps: list[int], above: int
) -> None:
    bench = Bench((rule(burst=Burst(above, timedelta(minutes=5))),))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 500") if bad else None for bad in failing]
    for number, gap in enumerate(gaps):
        bench.publish(event(number))
        bench.run(timedelta(seconds=gap))
    bench.run(timedelta(days=5))
    missing = len(bench.dead)
    if not missing:
        assert _all_told(bench) == sorted(f"event-{number}" for number in range(len(gaps)))
    assert len(bench.receivers.ids) == len(set(bench.receivers.ids))


def test_the_row_of_a_rule_has_a_name_that_every_store_takes() -> None:
    bench = Bench((rule(),))
    assert change("duty", lambda told: (told, "unchanged"), bench.notifier) == "unchanged"
    assert bench.store.shared_row(row_of("duty")) is None
    assert NEEDS.value in rule().events


def test_an_event_that_comes_again_while_its_digest_fails_is_in_no_second_one() -> None:
    bench = Bench((rule(burst=Burst(1, timedelta(minutes=5))),))
    bench.publish(event(1), event(2))
    bench.run(timedelta(minutes=1))
    bench.receivers.answers[TEAMS] = [NotSent("it was answered with 500")] * 3
    bench.run(timedelta(minutes=6))
    again = Notification(NotificationHead(rule="duty"), event(2).to_json().encode())
    deliver(again.to_bytes(), bench.notifier)
    bench.run()
    assert len(bench.receivers.took) == 2
    assert _all_told(bench) == ["event-1", "event-2"]
