"""The page's results are what its formulas give, and its numbers are those of the deployment."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools.cost.__main__ import PAGE, main
from tools.cost.formula import FormulaError, value_of
from tools.cost.page import COSTS, QUANTITIES, SUM, given, numbers, recomputed, rows

TEXT = PAGE.read_text(encoding="utf-8")
INFRA = PAGE.parents[1] / "infra"


def test_the_results_are_what_the_formulas_give() -> None:
    assert main([]) == 0, "python -m tools.cost --write"


def test_the_sum_is_that_of_its_rows() -> None:
    found = dict(numbers(TEXT, COSTS[0]))
    together = found.pop(SUM)
    assert len(found) > 5
    for place, total in enumerate(together.values):
        # Each row is rounded to a cent, the sum once.
        assert abs(sum(row.values[place] for row in found.values()) - total) <= 0.01 * len(found)


def test_by_hand() -> None:
    """One number of each table, with the arithmetic spelled out once more."""
    assert numbers(TEXT, QUANTITIES)["gb_seconds"].values[3] == 2 * (17340 * 1 + 1000 * (95 + 20 * 1 + 13 * 30 * 0.009))
    prices = given(TEXT, "Prices")
    assert numbers(TEXT, COSTS[0])["Service Bus, Standard"].values[0] == round(720 * prices["bus_hour"], 2)
    premium = numbers(TEXT, COSTS[1])["Premium in place of Standard (one unit)"].values
    assert premium == (round(720 * (prices["premium_hour"] - prices["bus_hour"]), 2),) * 4


@pytest.mark.parametrize(
    ("change", "row", "moves"),
    [
        (("| 0.0135 |", "| 1.0135 |"), "Service Bus, Standard", 720),
        (("| `log_rules` | ", "| `log_rules` | 1"), "Alert rules", None),
    ],
)
def test_another_price_gives_another_result(change: tuple[str, str], row: str, moves: float | None) -> None:
    other = recomputed(TEXT.replace(*change))
    before, after = numbers(TEXT, COSTS[0])[row].values[0], numbers(other, COSTS[0])[row].values[0]
    assert after > before
    assert moves is None or round(after - before, 2) == moves
    assert numbers(other, COSTS[0])[SUM].values[0] > numbers(TEXT, COSTS[0])[SUM].values[0]


def test_a_result_that_is_wrong_is_told_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "cost.md"
    right = numbers(TEXT, COSTS[0])[SUM].values[0]
    wrong = re.sub(r"\| together \|(.*?)\| [\d.]+ \|", r"| together |\1| 1.00 |", TEXT, count=1)
    assert wrong != TEXT
    page.write_text(wrong, encoding="utf-8")
    assert main([], page) == 1
    assert f"{right:.2f}" in capsys.readouterr().out
    assert main(["--write"], page) == 0
    assert page.read_text(encoding="utf-8") == TEXT


def test_each_name_is_used_and_each_price_says_where_it_is_from() -> None:
    formulas = " ".join(cells[1] for heading in (QUANTITIES, *COSTS) for cells in rows(TEXT, heading))
    used = set(re.findall(r"[a-z_]\w+", formulas))
    for heading in ("Numbers", "Prices"):
        assert set(given(TEXT, heading)) <= used
    for name, _, _, as_of, source in rows(TEXT, "Prices"):
        assert source, name
        assert as_of != "-" or "guess" in source, name


def test_numbers_are_those_of_the_deployment() -> None:
    found, main_bicep = given(TEXT, "Numbers"), (INFRA / "main.bicep").read_text(encoding="utf-8")
    assert f"param instanceMemoryMB int = {int(found['memory_gb'] * 1024)}" in main_bicep
    assert f"param logRetentionDays int = {int(found['kept_days'])}" in main_bicep
    assert found["timer_executions"] == 2 * 30 * 24 * 60 / 5 + 2 * 30
    assert f"param snapshotDays int = {int(found['snapshot_copies']) - 14}" in main_bicep
    snapshots = (INFRA / "modules" / "snapshots.bicep").read_text(encoding="utf-8")
    assert "deleteRetentionPolicy: { enabled: true, days: 14 }" in snapshots
    assert "param sweepSchedule string = '0 */5 * * * *'" in main_bicep
    assert (found["metric_series"], found["log_rules"]) == watched()


def watched() -> tuple[int, int]:
    """Time series of metric alerts, and rules that search the log, wherever they are listed."""
    entities = json.loads((INFRA / "servicebus.json").read_text(encoding="utf-8"))
    queues, topics = len(entities["queues"]), len(entities["topics"])
    listed = INFRA / "alerts.json"
    if listed.exists():
        rules = json.loads(listed.read_text(encoding="utf-8"))
        # What a rule looks at, by its word for it: one series for each; four words of storage mean that it is busy.
        many = {"queues": queues, "workQueues": queues - 1, "all": queues + topics, "throttling": 4}
        return sum(many[rule["among"]] if rule["dimension"] else 1 for rule in rules["metrics"]), len(rules["logs"])
    searches = (INFRA / "modules" / "alerts.bicep").read_text(encoding="utf-8").partition("var searches")[2]
    return 2 * queues - 1, len(re.findall(r"^    name: '", searches.partition("\n]")[0], re.MULTILINE))


@pytest.mark.parametrize(
    "formula",
    ["", "a +", "unknown", "1 / 0", "'text'", "__import__('os')", "a.b", "a ** 2", "max()", "min(1, 2)", "True", "[1]"],
)
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        value_of(formula, {"a": 1.0})


def test_a_formula() -> None:
    assert value_of("max(0, 10 - a) * (2 + b) / 4", {"a": 4.0, "b": 6.0}) == 12


@pytest.mark.parametrize(
    "broken", ["nothing", TEXT.replace("| 720 |", "| many |"), TEXT.replace("## Prices", "## Else")]
)
def test_a_page_that_is_not_understood_is_told(broken: str, tmp_path: Path) -> None:
    page = tmp_path / "cost.md"
    page.write_text(broken, encoding="utf-8")
    assert main([], page) == 2
