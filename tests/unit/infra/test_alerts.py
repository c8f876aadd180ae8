"""The alerts find what the app really writes, and say what they are for.

Each search is carried out, as far as its language is needed here, over lines that the code logs in these tests.
"""

from __future__ import annotations

import logging
import re
from datetime import timedelta
from typing import NamedTuple

import pytest

from local.simulator.knobs import Knobs, SignIn, SignInFailure
from local.simulator.scenario.models import Scenario
from local.world.world import World
from shared.domain.errors import RemoteError
from shared.domain.offboarding.states import Status
from shared.upkeep.renew_sign_in import ALARM_AFTER, WARN_AFTER, renew_sign_in
from shared.upkeep.sweep import sweep
from tests.functional.trouble import arm
from tests.unit.infra.support import INFRA, ROOT, bicep_code, iso_duration, load
from tests.unit.support.worlds import head, received, with_pace

CODE = bicep_code(INFRA / "modules" / "alerts.bicep")
SEVERITY = {logging.INFO: 1, logging.WARNING: 2, logging.ERROR: 3, logging.CRITICAL: 4}
COLUMNS = {
    "AppTraces": {"Message", "SeverityLevel"},
    "AppExceptions": {"SeverityLevel"},
    "AppRequests": {"Success", "ResultCode"},
}
"""What is searched of each table (learn.microsoft.com/azure/azure-monitor/reference/tables)."""
WORDS = {"where", "and", "or", "startswith", "contains", "union", "isfuzzy", "true", "false"}
WINDOWS = {"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", "PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D", "P2D"}


class Search(NamedTuple):
    """One item of the list, as text."""

    name: str
    description: str
    query: str
    operator: str
    threshold: str
    frequency: str
    window: str


def searches() -> dict[str, Search]:
    """The items of `searches`, by name."""
    listed = CODE[CODE.index("var searches = [") : CODE.index("resource searched")]
    found = {}
    for item in re.findall(r"\n  \{(.*?)\n  \}", listed, re.DOTALL):
        fields = {name: value.strip("'") for name, value in re.findall(r"^    (\w+): (.*)$", item, re.MULTILINE)}
        found[fields["name"]] = Search(**{name: fields[name] for name in Search._fields})
    return found


FOUND = searches()
every_search = pytest.mark.parametrize("search", FOUND.values(), ids=list(FOUND))


def finds(name: str, log: pytest.LogCaptureFixture) -> list[str]:
    """The messages that a search over AppTraces finds among log records."""
    table, *conditions = FOUND[name].query.split(" | where ")
    assert table == "AppTraces"
    return [record.getMessage() for record in log.records if all(_holds(each, record) for each in conditions)]


def _holds(condition: str, record: logging.LogRecord) -> bool:
    return all(any(_is(term, record) for term in each.strip("()").split(" or ")) for each in condition.split(" and "))


def _is(term: str, record: logging.LogRecord) -> bool:
    """One comparison; those of texts do not look at capitals, like Kusto's."""
    message = record.getMessage().casefold()
    if least := re.fullmatch(r"SeverityLevel >= (\d)", term):
        return SEVERITY[record.levelno] >= int(least[1])
    found = re.fullmatch(r'Message (startswith|contains) "([^"]+)"', term)
    assert found, term
    text = found[2].casefold()
    return message.startswith(text) if found[1] == "startswith" else text in message


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything that is logged from now on."""
    caplog.set_level(logging.INFO, logger="offboarding")
    return caplog


# What they find.


def test_the_sweepers_line_is_there_in_every_round(log: pytest.LogCaptureFixture) -> None:
    sweep(World().services)
    assert finds("no-sweep", log) == ["swept 0 offboarding(s)"]


def test_a_round_that_dies_leaves_no_line(log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    monkeypatch.setattr(world.store, "due", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sweep(world.services)
    assert finds("no-sweep", log) == []


@pytest.mark.parametrize(("days", "stale"), [(0, 0), (WARN_AFTER - 1, 0), (WARN_AFTER, 1), (ALARM_AFTER, 1)])
def test_a_renewal_is_heard_of_and_a_stale_sign_in_is_told(
    log: pytest.LogCaptureFixture, days: int, stale: int
) -> None:
    world = World(scenario=Scenario(knobs=Knobs(sign_in=SignIn(rotate_refresh_token=False))))
    world.clock.pass_machine(timedelta(days=days))
    renew_sign_in(world.services)
    assert len(finds("no-renewal", log)) == 1
    assert len(finds("stale-sign-in", log)) == stale


def test_a_renewal_that_fails_is_told_and_was_no_absence(log: pytest.LogCaptureFixture) -> None:
    world = World(scenario=Scenario(knobs=Knobs(sign_in=SignIn(failure=SignInFailure.EXPIRED_REFRESH_TOKEN))))
    with pytest.raises(RemoteError):
        renew_sign_in(world.services)
    assert len(finds("stale-sign-in", log)) >= 1
    assert len(finds("no-renewal", log)) == 1


def test_an_offboarding_that_needs_a_person_is_found_and_one_that_does_not_is_not(
    log: pytest.LogCaptureFixture,
) -> None:
    world, identity = received()
    world.run(timedelta(hours=1))
    assert head(world, identity).status is not Status.NEEDS_ATTENTION
    assert finds("needs-attention", log) == []

    world, identity = received()
    with_pace(world, faults_before_attention=1)
    arm(world, {"match": {"pathRegex": "/orders$", "times": None}, "action": {"type": "html"}})
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    [found] = finds("needs-attention", log)
    assert identity in found


def test_a_rejected_request_is_found(log: pytest.LogCaptureFixture) -> None:
    world = World()
    world.drop(b'{"version": "1"}')
    world.run(timedelta(hours=1))
    assert len(world.bus.rejected) == 1
    assert len(finds("rejected-requests", log)) == 1


def test_what_goes_well_is_no_alert(log: pytest.LogCaptureFixture) -> None:
    world, identity = received()
    world.run(timedelta(days=1))
    sweep(world.services)
    assert head(world, identity).status is Status.WAITING
    for name, search in FOUND.items():
        if search.operator == "GreaterThan" and search.query.startswith("AppTraces"):
            assert finds(name, log) == [], name


# What they are made of.


@every_search
def test_tables_columns_and_words(search: Search) -> None:
    used = set(re.findall(r"[A-Za-z]+", re.sub(r'"[^"]*"', "", search.query)))
    tables = used & set(COLUMNS)
    assert tables
    assert used - set(COLUMNS) - WORDS <= set.intersection(*(COLUMNS[table] for table in tables))


@every_search
def test_windows_that_azure_takes(search: Search) -> None:
    """A search looks back at least as far as to the one before, or something is never looked at."""
    assert {search.frequency, search.window} <= WINDOWS
    assert iso_duration(search.frequency) <= iso_duration(search.window)
    assert search.operator in {"GreaterThan", "LessThan"}
    assert (search.operator == "LessThan") == (search.threshold == "1") == search.name.startswith("no-")


def test_absence_is_told_after_more_than_one_missed_run() -> None:
    main = bicep_code(INFRA / "main.bicep")
    minutes = re.search(r"param sweepSchedule string = '0 \*/(\d+) ", main)
    assert minutes
    assert iso_duration(FOUND["no-sweep"].window) >= 3 * timedelta(minutes=int(minutes[1]))
    assert "param renewalSchedule string = '0 0 3 * * *'" in main
    assert iso_duration(FOUND["no-renewal"].window) >= timedelta(days=2)


def test_a_young_workspace_does_not_refuse_the_searches() -> None:
    assert CODE.count("scheduledQueryRules@") == CODE.count("skipQueryValidation: true") == 1


def test_dead_letters_and_old_messages_are_those_of_queues_alone() -> None:
    """What subscription crm gives up is the CRM's to fetch; what people read lies until they do."""
    assert "subscriptions" not in CODE
    assert "crm" not in re.findall(r"'([^']*)'", CODE)
    assert "var everyQueue = [for queue in queues: queue.name]" in CODE
    assert "dimensions: [{ name: 'EntityName', operator: 'Include', values: item.queues }]" in CODE
    shown = dict(re.findall(r"metric: '(\w+)'.*?queues: (\w+)", CODE, re.DOTALL))
    assert shown == {"DeadletteredMessages": "everyQueue", "ActiveMessages": "workQueues"}


def test_the_queues_of_work_are_all_but_the_one_that_people_read() -> None:
    assert "queues: entities.queues" in bicep_code(INFRA / "main.bicep").split("module alerts")[1]
    assert "skip(split(replace(',${join(everyQueue, ',')}', ',${readByPeople}', ''), ','), 1)" in CODE
    names = [queue["name"] for queue in load(INFRA / "servicebus.json")["queues"]]
    left = f",{','.join(names)}".replace(",offboarding-rejected", "").split(",")[1:]
    assert left == [name for name in names if name != "offboarding-rejected"]


@pytest.mark.parametrize("name", re.findall(r"^    name: '([a-z-]+)'$", CODE, re.MULTILINE))
def test_every_alert_is_on_the_page_with_what_to_do(name: str) -> None:
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| `{name}` \| [^|]+ \| [^|]+ \|$", page, re.MULTILINE)
