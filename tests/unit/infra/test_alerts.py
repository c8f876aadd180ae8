"""infra/alerts.json: the one list of what people are told of, as Azure takes it; alerts.bicep makes it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from shared.upkeep.renew_sign_in import DEAD_AFTER
from tests.unit.infra.alerting.listed import (
    LISTED,
    LOG_ALERTS,
    METRIC_ALERTS,
    Aggregation,
    Alert,
    MetricAlert,
    Resource,
)
from tests.unit.infra.support import INFRA, bicep_code, iso_duration, load

CODE = bicep_code(INFRA / "modules" / "alerts.bicep")
MAIN = bicep_code(INFRA / "main.bicep")
EVERY = (*LISTED.logs, *LISTED.metrics)
LOG_TIMES = {"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D", "P2D"}
METRIC_TIMES = {"PT1M", "PT5M", "PT15M", "PT30M", "PT1H", "PT6H", "PT12H", "P1D"}
"""What Azure takes (learn.microsoft.com/azure/templates/microsoft.insights)."""
CONDITIONS = {
    "a message was given up": {"dead-letters"},
    "messages wait": {"old-messages", "wake-ups-lost"},
    "the oldest due work is too old": {"late-work"},
    "the sweeper does not run": {"no-sweep"},
    "the sign-in ages": {"stale-sign-in", "no-renewal"},
    "the sign-in is refused": {"sign-in-refused"},
    "Microsoft throttles": {"asked-to-slow-down"},
    "a person is needed": {"needs-attention", "rejected-requests"},
    "an approval waits": {"approvals-waiting"},
    "a window closes": {"window-closing", "renewal-coming"},
    "money is paid and nobody acts": {"paid-unattended"},
    "the kill switch is held": {"kill-switch-held"},
    "people are not told": {"notifications-failing", "no-telemetry"},
    "evidence is not written": {"evidence-not-written"},
    "a function fails": {"function-failing", "failed-executions", "errors"},
    "Service Bus is throttled or full": {"bus-throttled", "bus-nearly-full", "outbox-kept"},
    "storage is throttled or near its cap": {"record-throttled", "record-nearly-full", "evidence-nearly-full"},
    "the record is not copied": {"no-snapshot"},
    "the doctor finds a problem": {"doctor"},
    "somebody tries what they may not": {"many-denied"},
}
"""What needs a person, and who tells of it."""

every_alert = pytest.mark.parametrize("alert", EVERY, ids=lambda alert: alert.name)


def test_every_condition_has_an_alert_and_every_alert_a_condition() -> None:
    assert set().union(*CONDITIONS.values()) == {alert.name for alert in EVERY}
    assert len(EVERY) == len(LOG_ALERTS) + len(METRIC_ALERTS) == len({alert.name for alert in EVERY})


@every_alert
def test_times_that_azure_takes(alert: Alert) -> None:
    """It looks back at least as far as to the look before, or something is never looked at."""
    assert {alert.frequency, alert.window} <= (METRIC_TIMES if isinstance(alert, MetricAlert) else LOG_TIMES)
    assert timedelta(minutes=5) <= iso_duration(alert.frequency) <= min(alert.looks_back, timedelta(hours=1))


@every_alert
def test_what_costs_money_or_stops_everything_is_told_soon_and_severely(alert: Alert) -> None:
    severe = {
        *("dead-letters", "bus-nearly-full", "no-sweep", "no-renewal", "stale-sign-in", "sign-in-refused"),
        *("window-closing", "paid-unattended", "evidence-not-written", "function-failing"),
    }
    assert (alert.severity == 1) == (alert.name in severe)


def test_absence_is_told_after_more_than_one_missed_run() -> None:
    minutes = re.search(r"param sweepSchedule string = '0 \*/(\d+) ", MAIN)
    assert minutes
    assert LOG_ALERTS["no-sweep"].looks_back >= 3 * timedelta(minutes=int(minutes[1]))
    assert "param renewalSchedule string = '0 0 3 * * *'" in MAIN
    assert LOG_ALERTS["no-renewal"].looks_back >= timedelta(days=2)
    assert "it dies after 90." in LOG_ALERTS["stale-sign-in"].description
    assert DEAD_AFTER == 90


def test_what_the_bicep_makes_of_the_list() -> None:
    assert "var listed = loadJsonContent('../alerts.json')" in CODE
    assert "= [for item in listed.logs: {" in CODE
    assert "= [for item in listed.metrics: {" in CODE
    assert "query: queries[item.name]" in CODE
    assert CODE.count("${item.description} What to do: ${runbook}#${item.name}") == 2
    assert CODE.count("{ runbook: '${runbook}#${item.name}' }") == 2


def test_a_young_workspace_does_not_refuse_the_searches() -> None:
    assert CODE.count("scheduledQueryRules@") == CODE.count("skipQueryValidation: true") == 1


@pytest.mark.parametrize("alert", LISTED.metrics, ids=lambda alert: alert.name)
def test_metrics_that_azure_counts(alert: MetricAlert) -> None:
    """learn.microsoft.com/azure/azure-monitor/reference/supported-metrics, with the aggregations listed there."""
    every = {Aggregation.MAXIMUM, Aggregation.MINIMUM, Aggregation.AVERAGE}
    known = {
        ("DeadletteredMessages", Resource.SERVICE_BUS): ({"", "EntityName"}, every),
        ("ActiveMessages", Resource.SERVICE_BUS): ({"", "EntityName"}, every),
        ("Size", Resource.SERVICE_BUS): ({"", "EntityName"}, every),
        ("ThrottledRequests", Resource.SERVICE_BUS): ({"", "EntityName"}, {Aggregation.TOTAL}),
        ("UsedCapacity", Resource.RECORD): ({""}, {Aggregation.AVERAGE}),
        ("UsedCapacity", Resource.EVIDENCE): ({""}, {Aggregation.AVERAGE}),
        ("Transactions", Resource.RECORD): ({"", "ResponseType"}, {Aggregation.TOTAL}),
    }
    dimensions, aggregations = known[alert.metric, alert.resource]
    assert alert.dimension in dimensions
    assert alert.aggregation in aggregations
    assert re.search(rf"^  {alert.among}: ", CODE, re.MULTILINE)


def test_dead_letters_and_old_messages_are_those_of_queues_alone() -> None:
    """What subscription crm gives up is the CRM's to fetch; what people read lies until they do."""
    assert "subscriptions" not in CODE
    assert "crm" not in re.findall(r"'([^']*)'", CODE)
    assert "var everyQueue = [for queue in queues: queue.name]" in CODE
    assert (METRIC_ALERTS["dead-letters"].among, METRIC_ALERTS["old-messages"].among) == ("queues", "workQueues")
    assert {"  queues: everyQueue", "  workQueues: workQueues"} <= set(CODE.splitlines())


def test_the_queues_of_work_are_all_but_the_one_that_people_read() -> None:
    assert "queues: entities.queues" in MAIN.split("module alerts")[1]
    assert "skip(split(replace(',${join(everyQueue, ',')}', ',${readByPeople}', ''), ','), 1)" in CODE
    names = [queue["name"] for queue in load(INFRA / "servicebus.json")["queues"]]
    left = f",{','.join(names)}".replace(",offboarding-rejected", "").split(",")[1:]
    assert left == [name for name in names if name != "offboarding-rejected"]


def test_no_queue_or_topic_may_hold_another_size_than_the_alert_knows() -> None:
    """Without a size Azure gives each of them 1 GB, of which the alert takes 80 %."""
    entities = load(INFRA / "servicebus.json")
    named = [item for item in (*entities["queues"], *entities["topics"]) if "maxSizeInMegabytes" in item["properties"]]
    assert named == []
    assert METRIC_ALERTS["bus-nearly-full"].threshold == int(0.8 * 1024**3)
