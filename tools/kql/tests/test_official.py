"""What Microsoft's language service finds. Skipped where Node or the package is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.kql.official import NotFoundHereError, Verdict, judge

QUERIES = {
    "good": "AppTraces | where TimeGenerated > ago(1h) | summarize Lines = count() by OperationId",
    "column": "AppTraces\n| where Mesage == 'x'",
    "table": "AppTrace | count",
    "function": "AppTraces | extend x = no_such_function(Message)",
    "type": "AppTraces | where Message > 3",
    "syntax": "AppTraces | where",
}


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    try:
        return dict(judge(QUERIES))
    except NotFoundHereError as error:
        pytest.skip(str(error))


def test_a_good_query_has_columns_with_types(verdicts: dict[str, Verdict]) -> None:
    assert verdicts["good"].problems == ()
    assert verdicts["good"].columns == {"OperationId": "string", "Lines": "long"}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("column", "line 2: The name 'Mesage' does not refer to any known column"),
        ("table", "'AppTrace' does not refer to any known table"),
        ("function", "'no_such_function' does not refer to any known function"),
        ("type", "is not defined for the operand types string and long"),
        ("syntax", "Missing expression"),
    ],
)
def test_what_is_wrong_is_named(verdicts: dict[str, Verdict], name: str, said: str) -> None:
    [problem] = verdicts[name].problems
    assert said in problem


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OFFBOARDING_KUSTO", str(tmp_path))
    with pytest.raises(NotFoundHereError, match=r"npm install|no Node"):
        judge(QUERIES)
