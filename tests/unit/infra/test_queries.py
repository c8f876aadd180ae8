"""infra/queries: each is KQL, runs, names what exists, and is used; the workbook shows them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.unit.infra.alerting.listed import LOG_ALERTS, QUERIES
from tests.unit.infra.support import INFRA, bicep_code, load
from tools.kql.logs import Logs
from tools.kql.official import NotFoundHereError, judge
from tools.kql.rows import Row

FILES = {file.stem: file.read_text(encoding="utf-8") for file in sorted(QUERIES.glob("*.kql"))}
WORKBOOK = load(INFRA / "workbook.json")
ITEMS: list[dict[str, Any]] = WORKBOOK["items"]
SHOWN = {item["name"]: item["content"] for item in ITEMS if item["type"] == 3}
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HEADINGS = [
    "What is stuck",
    "What waits for whom",
    "What costs money",
    "What failed, and what ended",
    "How close to the limits",
]


def row(table: str, hours_ago: float = 0, **columns: Any) -> Row:
    return {"Type": table, "TimeGenerated": (NOW - timedelta(hours=hours_ago)).isoformat(), **columns}


def gauge(name: str, value: float, hours_ago: float = 0, **properties: str) -> Row:
    return row("AppMetrics", hours_ago, Name=name, Sum=value, Min=value, Max=value, ItemCount=1, Properties=properties)


def line(message: str, hours_ago: float = 0, level: int = 1) -> Row:
    return row("AppTraces", hours_ago, Message=message, SeverityLevel=level)


def waits(identity: str, status: str, hours_ago: float, active: int) -> Row:
    told = f"waits_for_person status={status} reason=x active={active} paid_until=2026-07-01 closes_at=-"
    return line(f"{identity} plan {told}", hours_ago)


def metric(resource: str, name: str, value: float, hours_ago: float) -> Row:
    return row("AzureMetrics", hours_ago, Resource=resource, MetricName=name, Maximum=value, Total=value)


def test_every_query_is_used_and_read_by_the_bicep() -> None:
    assert set(FILES) == set(LOG_ALERTS) | set(SHOWN)
    code = bicep_code(INFRA / "modules" / "queries.bicep")
    read = re.findall(r"^  '([a-z-]+)': loadTextContent\('\.\./queries/([a-z-]+)\.kql'\)$", code, re.MULTILINE)
    assert read == [(name, name) for name in FILES]


def test_microsofts_language_service_finds_nothing() -> None:
    """Every table, column and function exists, and every operator fits the types."""
    try:
        verdicts = judge(FILES)
    except NotFoundHereError as error:
        pytest.skip(str(error))
    assert {name: verdict.problems for name, verdict in verdicts.items() if verdict.problems} == {}
    assert [name for name, verdict in verdicts.items() if not verdict.columns] == []


@pytest.mark.long
@pytest.mark.parametrize("name", list(FILES))
def test_it_runs_on_nothing(name: str) -> None:
    """A workspace without a row: only what tells of an absence has one."""
    found = Logs().ask(FILES[name], NOW)
    assert bool(found) is (name in {"no-renewal", "no-snapshot", "no-sweep", "no-telemetry"})


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "rows", "gives"),
    [
        (
            "live-by-status",
            [
                gauge("offboarding.live", 9, 2, status="waiting", stage="verify"),
                gauge("offboarding.live", 4, 1, status="waiting", stage="verify"),
                gauge("offboarding.live", 5, 2, status="running", stage="cancel"),
                gauge("offboarding.due.oldest_age", 0, 2),
                gauge("offboarding.due.oldest_age", 0, 1),
            ],
            [{"Status": "waiting", "Stage": "verify", "Offboardings": 4}],
        ),
        (
            "oldest-in-stage",
            [
                gauge("offboarding.stage.age.oldest", 129600, 0.02, stage="plan"),
                gauge("offboarding.stage.age.oldest", 864000, 0.1, stage="verify"),
                gauge("offboarding.due.oldest_age", 0),
            ],
            [{"Stage": "plan", "OldestDays": 1.5}],
        ),
        (
            "blockers",
            [
                gauge("offboarding.blockers", 3, cause="in_term"),
                gauge("offboarding.blockers", 5, cause="refused"),
                gauge("offboarding.blockers", 7, 0.1, cause="transfer"),
                gauge("offboarding.due.oldest_age", 0, 0.02),
            ],
            [{"Cause": "refused", "Holdings": 5}, {"Cause": "in_term", "Holdings": 3}],
        ),
        (
            "waiting-for-people",
            [
                waits("off-1", "awaiting_approval", 30, 2),
                waits("off-1", "awaiting_approval", 1, 1),
                waits("off-2", "needs_attention", 30, 2),
            ],
            [
                {
                    "OffboardingId": "off-1",
                    "Status": "awaiting_approval",
                    "Reason": "x",
                    "Stage": "plan",
                    "Hours": 29,
                    "Active": 1,
                    "PaidUntil": "2026-07-01",
                    "ClosesAt": "-",
                }
            ],
        ),
        (
            "paid-seat-days",
            [gauge("offboarding.paid.seat_days", 70, 1), gauge("offboarding.paid.seat_days", 90, 2)],
            [{"SeatDays": 90, "Day": datetime(2026, 5, 4)}],  # noqa: DTZ001 KQL's moments name no zone
        ),
        (
            "ended",
            [line("off-1 confirm state.removed.confirm gone"), line("off-2 plan state.waiting.plan later")],
            [{"Outcome": "removed", "Day": datetime(2026, 5, 4), "Offboardings": 1}],  # noqa: DTZ001
        ),
        (
            "faults",
            [line("off-1 plan fault.throttled 429", 2), line("off-1 plan fault.throttled 429", 1)],
            [{"Fault": "throttled", "Times": 2, "Newest": datetime(2026, 5, 4, 11)}],  # noqa: DTZ001
        ),
        (
            "failures",
            [
                row("AppRequests", 1, Name="sweep", Success=False, ResultCode="0"),
                row("AppRequests", 1, Name="get_offboarding", Success=False, ResultCode="404"),
            ],
            [{"Name": "sweep", "Failures": 1, "Newest": datetime(2026, 5, 4, 11)}],  # noqa: DTZ001
        ),
        (
            "calls",
            [
                gauge("offboarding.calls", 5, service="Partner Center", status="200"),
                gauge("offboarding.calls", 7, 1, service="Partner Center", status="200"),
                gauge("offboarding.calls", 2, service="Partner Center", status="429"),
            ],
            [
                {"Service": "Partner Center", "Status": "200", "Calls": 12},
                {"Service": "Partner Center", "Status": "429", "Calls": 2},
            ],
        ),
        (
            "sign-in-age",
            [line("refresh_token_age_days=4", 30), line("refresh_token_age_days=61; it dies", 6, level=2)],
            [{"TimeGenerated": datetime(2026, 5, 4, 6), "Days": 61, "DaysLeft": 29}],  # noqa: DTZ001
        ),
        (
            "limits",
            [
                metric("SBNS-X", "Size", 5, 2),
                metric("SBNS-X", "Size", 7, 1),
                metric("SBNS-X", "IncomingRequests", 9, 1),
            ],
            [{"Resource": "SBNS-X", "MetricName": "Size", "TimeGenerated": datetime(2026, 5, 4, 11), "Maximum": 7, "Total": 7}],  # noqa: DTZ001, E501
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_the_workbooks_own_queries_give(name: str, rows: list[Row], gives: list[dict[str, Any]]) -> None:
    assert Logs(rows).ask(FILES[name], NOW) == gives


def test_the_workbook_answers_its_five_questions() -> None:
    headings = [item["content"]["json"].removeprefix("## ") for item in ITEMS if item["type"] == 1][1:]
    assert headings == HEADINGS
    kinds = [item["type"] for item in ITEMS]
    assert kinds[:2] == [1, 9]
    assert all(second == 3 for first, second in pairwise(kinds[2:]) if first == 1)


def test_the_workbook_is_as_azure_reads_it() -> None:
    assert (WORKBOOK["version"], WORKBOOK["$schema"].rpartition("/")[2]) == ("Notebook/1.0", "workbook.json")
    assert len({item["name"] for item in ITEMS}) == len(ITEMS)
    [time] = [item for item in ITEMS if item["type"] == 9]
    [parameter] = time["content"]["parameters"]
    for content in SHOWN.values():
        assert content["version"] == "KqlItem/1.0"
        assert content["query"] == ""
        assert content["timeContextFromParameter"] == parameter["name"]
        assert (content["queryType"], content["resourceType"]) == (0, "microsoft.operationalinsights/workspaces")
        assert content["visualization"] in {"table", "timechart", "barchart"}


def test_the_bicep_puts_the_queries_into_the_workbook() -> None:
    code = bicep_code(INFRA / "modules" / "workbook.bicep")
    assert (
        "item.type == 3 ? union(item, { content: union(item.content, { query: queries[item.name] }) }) : item" in code
    )
    assert "serializedData: string({" in code
