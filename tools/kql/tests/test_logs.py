"""Queries over rows: what Kusto documents of the operators and functions that infra/queries uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tools.kql.logs import Logs, QueryError
from tools.kql.rows import Row, RowError

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


def trace(message: str, minutes_ago: int = 0, **more: Any) -> Row:
    """A line of the log."""
    at = NOW - timedelta(minutes=minutes_ago)
    return {"Type": "AppTraces", "TimeGenerated": at.isoformat(), "Message": message, "SeverityLevel": 1, **more}


LOGS = (
    trace("swept 2 offboarding(s)", 1, Properties={"days": 3, "place": {"stage": "plan"}}),
    trace("Swept 1 offboarding(s)", 20, Properties={"days": "7"}),
    trace("something else", 90, OperationId="op"),
)


@pytest.mark.parametrize(
    ("query", "gives"),
    [
        ('AppTraces | where Message startswith "swept" | count', [{"Count": 2}]),
        ('AppTraces | where Message startswith_cs "swept" | count', [{"Count": 1}]),
        ('AppTraces | where Message has "SWEPT" | count', [{"Count": 2}]),
        ("AppTraces | where TimeGenerated > ago(30m) | count", [{"Count": 2}]),
        ("AppTraces | summarize Newest = max(TimeGenerated) | project Minutes = datetime_diff('minute', now(), Newest)",
         [{"Minutes": 1}]),
        ("AppTraces | extend Days = toint(Properties.days) | summarize Days = sum(Days)", [{"Days": 10}]),
        ("AppTraces | where isnotempty(Properties.place) | project Stage = tostring(Properties.place.stage)",
         [{"Stage": "plan"}]),
        ('AppTraces | parse Message with "swept " Done:int " off" * | where isnotnull(Done) | project Done',
         [{"Done": 2}]),
        ('AppTraces | extend Done = toint(extract(@"^swept (\\d+)", 1, Message)) | where Done > 1 | project Done',
         [{"Done": 2}]),
        ("AppTraces | summarize arg_max(TimeGenerated, Message) | project Message",
         [{"Message": "swept 2 offboarding(s)"}]),
        ("AppTraces | summarize Rows = count() by Hour = bin(TimeGenerated, 1h) | sort by Hour asc | project Rows",
         [{"Rows": 1}, {"Rows": 2}]),
        ("union isfuzzy=true AppTraces, AppExceptions | where SeverityLevel >= 1 | count", [{"Count": 3}]),
        ("AppTraces | where OperationId == 'op' | join kind=leftanti (AppRequests) on OperationId | project Message",
         [{"Message": "something else"}]),
        ("AppMetrics | summarize Rows = count()", [{"Rows": 0}]),
    ],
)  # fmt: skip
def test_what_queries_give(query: str, gives: list[dict[str, Any]]) -> None:
    assert Logs(LOGS).ask(query, NOW) == gives


def test_moments_are_utc_whatever_zone_a_row_names() -> None:
    rows = [{**trace("east"), "TimeGenerated": "2026-05-04T13:30:00+02:00"}]
    query = "AppTraces | project Minutes = datetime_diff('minute', now(), TimeGenerated)"
    assert Logs(rows).ask(query, NOW) == [{"Minutes": 30}]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("AppTraces | where", "could not parse KQL at 1:"),
        ("AppTraces | where Mesage == 'x'", "Mesage"),
        ("AppTrace | count", "AppTrace"),
        ("AppTraces | evaluate bag_unpack(Properties)", "evaluate"),
        ("AppTraces | extend x = no_such_function(Message)", "no_such_function"),
    ],
)
def test_what_cannot_be_carried_out_is_refused_by_name(query: str, named: str) -> None:
    with pytest.raises(QueryError, match=named):
        Logs(LOGS).ask(query, NOW)


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"Type": "AppTrace", "TimeGenerated": NOW}, "AppTrace"),
        ({"Type": "AppTraces", "TimeGenerated": NOW, "Mesage": "x"}, "Mesage"),
        ({"Type": "AppTraces", "Message": "x"}, "TimeGenerated"),
    ],
)
def test_a_row_that_azure_monitor_does_not_have_is_refused(row: Row, named: str) -> None:
    with pytest.raises(RowError, match=named):
        Logs([row])
