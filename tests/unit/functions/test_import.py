"""`offboard import`: from a table of customers to plans, and from decisions to requests, over the HTTP interface."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter
from pytest_mock import MockerFixture

from local.simulator.scenario.builder import customer, legacy, nce
from local.world.world import World
from offboard.bulk.decisions import decisions_in
from shared.console.fleet_table import fleet_csv, fleet_workbook
from shared.domain.offboarding.states import Status
from tests.unit.functions.test_operators_command import Desk, Terminal

CUSTOMERS = (
    customer("Alpha", legacy(name="Legacy"), nce(name="=SUM(A1)", started="-P330D", term_ends="+P20D")),
    customer("Bravo", nce(name="New", started="-P1D")),
    customer("Empty"),
)


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    found = World(*CUSTOMERS)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Whoever waits there lets the pipeline work; files are written where nothing else is."""
    monkeypatch.chdir(tmp_path)
    found = Desk(capsys)
    found.pause = lambda _: world.run(for_at_most=timedelta(hours=1))
    return found


def domains(world: World) -> list[str]:
    return [item.domain for item in world.simulator.store.customers]


def table(*rows: str, name: str = "customers.csv", head: str = "Domain;Reason") -> str:
    Path(name).write_bytes("\r\n".join([head, *rows, ""]).encode("cp1252"))
    return name


def rows_in(name: str) -> list[dict[str, str]]:
    """As a German spreadsheet reads it."""
    text = Path(name).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def decided(name: str, **words: str) -> str:
    """The plan with a word in the first row of each domain, saved as US Excel would."""
    rows = rows_in(name)
    for domain, word in words.items():
        next(row for row in rows if row["domain"] == domain.replace("__", "."))["decision"] = word
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    Path(f"decided-{name}").write_text(out.getvalue(), encoding="utf-8", newline="")
    return f"decided-{name}"


def word_for(domain: str, word: str) -> dict[str, str]:
    return {domain.replace(".", "__"): word}


def real(world: World) -> list[Any]:
    return [item for item in world.all() if not item.request.dry_run]


@pytest.fixture
def plan(world: World, desk: Desk) -> str:
    file = table(*(f"{domain};Kündigung" for domain in domains(world)))
    assert desk.type("import", file, "--requested-by", "Maria") == 0, desk.err
    return "customers.plan.csv"


def test_a_table_becomes_a_plan_with_a_row_for_each_holding(world: World, desk: Desk, plan: str) -> None:
    rows = rows_in(plan)
    assert [row["customer"] for row in rows] == ["Alpha", "Alpha", "Bravo", "Empty"]
    by_product = {row["product"]: row for row in rows}
    assert by_product["Legacy"]["action"].startswith("suspend")
    assert by_product["'=SUM(A1)"]["action"] == "end at term"
    assert by_product["'=SUM(A1)"]["date"]
    assert by_product["New"]["action"] == "cancel (cannot be undone)"
    assert by_product["New"]["windowEnd"]
    assert by_product[""]["action"] == "remove the relationship"
    assert {row["status"] for row in rows} == {"planned"}
    assert real(world) == []
    assert {item.request.reason for item in world.all()} == {"Kündigung"}
    assert "Next: offboard import --apply customers.plan.csv" in desk.err
    assert desk.type("import", "customers.csv") == 2
    assert "is there already" in desk.err


def test_what_is_chosen_is_sent_and_sent_twice_changes_nothing(world: World, desk: Desk, plan: str) -> None:
    alpha, bravo, _ = domains(world)
    file = decided(plan, **word_for(alpha, "Offboard"), **word_for(bravo, "skip"))
    apply = ("import", "--apply", file)
    assert desk.type(*apply) == 2
    assert "--confirm 'offboard 1'" in desk.err
    assert desk.type(*apply, ask=Terminal("offboard 2\n")) == 1
    assert desk.type(*apply, "--confirm", "offboard 2") == 2
    assert desk.type(*apply, "--dry-run") == 0
    assert f"Alpha ({alpha}): would go" in desk.out
    assert real(world) == []
    assert desk.type(*apply, ask=Terminal("offboard 1\n")) == 0, desk.err
    (sent,) = real(world)
    assert sent.request.domain == alpha
    assert (sent.request.reason, sent.request.requested_by) == ("Kündigung", "Maria")
    before = world.all()
    assert desk.type(*apply, "--confirm", "offboard 1", "--json") == 0, desk.err
    told = json.loads(desk.out)
    assert (told["sent"], told["sentBefore"], told["refused"]) == (0, 1, 0)
    assert world.all() == before
    status = list(csv.DictReader(io.StringIO(Path("decided-customers.plan.status.csv").read_text("utf-8-sig"))))
    assert [(row["line"], row["result"]) for row in status] == [
        ("2", "was sent before"),
        ("3", "was sent before"),
        ("4", "left alone"),
        ("5", "left alone"),
    ]
    assert status[0]["offboardingId"] == sent.id
    assert desk.type("list", "--batch", told["batches"][0]) == 0
    assert sent.id in desk.out


def test_what_was_sent_before_is_told_with_what_became_of_it(world: World, desk: Desk, plan: str) -> None:
    alpha, bravo, _ = domains(world)
    apply = ("import", "--apply", decided(plan, **word_for(alpha, "offboard")))
    assert desk.type(*apply, "--confirm", "offboard 1", "--batch", "June") == 0, desk.err
    assert desk.type("withdraw", real(world)[0].id, "--reason", "the customer stays") == 0, desk.err
    world.run(for_at_most=timedelta(hours=1))
    [status] = {item.status.value for item in real(world)}
    both = ("import", "--apply", decided(plan, **word_for(alpha, "offboard"), **word_for(bravo, "offboard")))
    for batch in ("June", "July"):
        assert desk.type(*both, "--dry-run", "--batch", batch) == 0
        assert f"Bravo ({bravo}): w" in desk.out
        assert desk.type(*both, "--confirm", "offboard 2", "--batch", batch, "--json") == 0, desk.err
        told = json.loads(desk.out)
        new = int(batch == "June")
        assert (told["sent"], told["sentBefore"]) == (new, 2 - new)
        assert f"1: it is {status}" in desk.err
        rows = list(csv.DictReader(io.StringIO(Path("decided-customers.plan.status.csv").read_text("utf-8-sig"))))
        assert [row["result"] for row in rows[:3]] == ["was sent before"] * 2 + ["sent" if new else "was sent before"]
        assert rows[0]["why"].startswith(f"it is {status}")
        assert "requestId of its own" in rows[0]["whatToDo"]
    assert desk.type(*both, "--dry-run", "--batch", "June") == 0
    assert f"Alpha ({alpha}): was sent before, and it is {status}" in desk.out


def sent_from(desk: Desk, world: World, plan: str, domain: str, *more: str) -> dict[str, Any]:
    file = decided(plan, **word_for(domain, "offboard"))
    assert desk.type("import", "--apply", file, "--confirm", "offboard 1", "--json", *more) == 0, desk.err
    told: dict[str, Any] = json.loads(desk.out)
    return told


def test_a_table_is_one_batch_however_it_is_sorted_and_sent(world: World, desk: Desk, plan: str) -> None:
    alpha, bravo, _ = domains(world)
    [dry] = {str(item.request.batch_id) for item in world.all()}
    turned = table(*(f"{domain};Kündigung" for domain in reversed(domains(world))), name="turned.csv")
    assert desk.type("import", turned, "--requested-by", "Ada", "--dry-run", "--json") == 0
    assert json.loads(desk.out)["batchId"] == dry
    first = sent_from(desk, world, plan, alpha)
    assert f"list --batch {first['batchIds'][0]}" in desk.err
    second = sent_from(desk, world, plan, bravo)

    assert first["batchIds"] == second["batchIds"] == [dry.split(".", 2)[2]]
    assert first["batches"] != second["batches"]
    assert {item.request.batch_id for item in real(world)} == set(first["batchIds"])
    assert desk.type("list", "--batch", *first["batchIds"], "--json") == 0, desk.err
    found = json.loads(desk.out)
    assert {item["offboardingId"] for item in found["items"]} == {item.id for item in real(world)}
    assert found["counts"]
    assert sum(found["waitingFor"].values()) <= 2


def test_a_batch_is_named_listed_with_other_filters_and_exported(world: World, desk: Desk) -> None:
    alpha = domains(world)[0]
    file = table(*(f"{domain};x" for domain in domains(world)))
    assert desk.type("import", file, "--batch", "June") == 0, desk.err
    assert {str(item.request.batch_id).split(".", 2)[2] for item in world.all()} == {"June"}
    told = sent_from(desk, world, "customers.plan.csv", alpha, "--batch", "July")
    assert told["batchIds"] == ["July"]
    [sent] = real(world)
    assert sent.request.batch_id == "July"
    for words in (("--status", sent.status.value), ("--all",), ("--text", "july")):
        assert desk.type("list", "--batch", "July", *words, "--json") == 0, desk.err
        assert [item["offboardingId"] for item in json.loads(desk.out)["items"]] == [sent.id]
    assert desk.type("list", "--batch", "July", "--status", "withdrawn", "--json") == 0
    assert json.loads(desk.out)["items"] == []
    assert desk.type("list", "--batch", "nobody's") == 5
    assert desk.type("export", "--batch", "July") == 0
    assert [(row["offboardingId"], row["batchId"]) for row in csv.DictReader(io.StringIO(desk.out))] == [
        (sent.id, "July")
    ]


@pytest.mark.parametrize("name", ["a b", "../x", "x" * 111])
def test_a_name_that_no_batch_can_have_is_refused_before_anything_is_sent(
    world: World, desk: Desk, plan: str, name: str
) -> None:
    before = world.all()
    file = decided(plan, **word_for(domains(world)[0], "offboard"))
    assert desk.type("import", "--apply", file, "--confirm", "offboard 1", "--batch", name) == 2
    assert desk.type("import", "customers.csv", "-o", "other.csv", "--batch", name) == 2
    assert "batch" in desk.err
    assert world.all() == before


def test_contradictions_and_strange_words_are_refused_naming_the_lines(world: World, desk: Desk, plan: str) -> None:
    rows = rows_in(plan)
    rows[0]["decision"], rows[1]["decision"], rows[2]["decision"] = "offboard", "skip", "perhaps"
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    Path("edited.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    assert desk.type("import", "--apply", "edited.csv", "--confirm", "offboard 1") == 2
    assert "line 2 says offboard, line 3 says skip" in desk.err
    assert "line 4: decision perhaps must be offboard, skip or empty" in desk.err
    assert real(world) == []


def test_a_column_that_was_sorted_alone_ends_nobody_else(world: World, desk: Desk, plan: str) -> None:
    _, bravo, empty = domains(world)
    rows = rows_in(plan)
    rows[2]["plan"], rows[3]["plan"] = rows[3]["plan"], rows[2]["plan"]
    rows[2]["decision"] = "offboard"
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    Path("sorted.csv").write_text(out.getvalue(), encoding="utf-8", newline="")
    assert desk.type("import", "--apply", "sorted.csv", "--confirm", "offboard 0") == 7
    assert "could not be sent" in desk.err
    assert real(world) == []
    status = csv.DictReader(io.StringIO(Path("sorted.status.csv").read_text("utf-8-sig")))
    (refused,) = [row for row in status if row["why"]]
    assert refused["why"] == f"the plan is of {empty}, and the row names {bravo}"


@pytest.mark.long
def test_a_workbook_has_numbers_and_totals(world: World, desk: Desk) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Domain"], *([domain] for domain in domains(world)), ["no domain"]):
        sheet.append(row)
    book.save("customers.xlsx")
    assert desk.type("import", "customers.xlsx", "--reason", "ended", "-o", "plan.xlsx") == 7
    assert 'line 5: Domain "no domain": must be a domain name' in desk.err
    made = load_workbook("plan.xlsx")
    assert made.sheetnames == ["Plan", "Totals"]
    seats = [row[3] for row in made["Plan"].iter_rows(min_row=2, values_only=True)]
    assert any(isinstance(one, int) for one in seats)
    totals = {str(row[0]): row[1] for row in made["Totals"].iter_rows(values_only=True)}
    assert (totals["customers"], totals["customers planned"], totals["customers not planned"]) == (4, 3, 1)
    assert totals["to cancel"] == 1
    page = made["Plan"]
    columns = {str(cell.value): number for number, cell in enumerate(page[1], start=1)}
    assert all(cell.font.bold for cell in page[1])
    wide = page.column_dimensions[get_column_letter(columns["action"])].width
    assert page.column_dimensions["A"].width < wide <= 60
    (choice,) = page.data_validations.dataValidation
    letter = get_column_letter(columns["decision"])
    assert (choice.formula1, str(choice.sqref)) == ('"offboard,skip"', f"{letter}2:{letter}{page.max_row}")
    ends = [page.cell(line, columns["windowEnd"]).value for line in range(2, page.max_row + 1)]
    assert any(isinstance(one, datetime) for one in ends)
    place = [cell.value for cell in page[1]].index("decision") + 1
    page.cell(2, place).value = "offboard"
    assert page.cell(3, 3).data_type == "s"
    made.save("plan.xlsx")
    assert desk.type("import", "--apply", "plan.xlsx", "--confirm", "offboard 1") == 0, desk.err
    assert [item.request.domain for item in real(world)] == domains(world)[:1]


def test_a_broken_row_is_told_by_the_exit_code_before_anything_is_sent(world: World, desk: Desk) -> None:
    file = table(f"{domains(world)[0]};x", "no domain;x")
    assert desk.type("import", file, "--dry-run") == 7
    assert "1 row of 2 cannot be planned" in desk.err
    assert world.all() == []


def test_a_table_of_two_colleagues_is_one_and_the_first_of_them_asked(world: World, desk: Desk) -> None:
    file = table(*(f"{domain};x" for domain in domains(world)))
    assert desk.type("import", file, "--requested-by", "Maria", "-o", "one.csv") == 0, desk.err
    before = world.all()
    assert desk.type("import", file, "--requested-by", "Ada", "-o", "two.csv") == 0, desk.err
    assert world.all() == before
    assert rows_in("two.csv") == rows_in("one.csv")
    assert {item.request.requested_by for item in before} == {"Maria"}


def test_a_request_id_with_another_body_names_the_customer_and_what_is_not_the_same(world: World, desk: Desk) -> None:
    one = domains(world)[0]
    assert desk.type("import", table(f"{one};x;r-1", head="Domain;Reason;requestId")) == 0, desk.err
    changed = table(f"{one};y;r-1", head="Domain;Reason;requestId")
    assert desk.type("import", changed, "-o", "again.csv", "--requested-by", "Ada") == 7
    (row,) = rows_in("again.csv")
    assert row["customer"] == one
    assert "another body; not the same: requestedBy, reason" in row["blocker"]


def test_the_formula_comes_back_as_it_was(world: World, desk: Desk) -> None:
    one, two, three = domains(world)
    assert desk.type("import", table(f"{one};'=1+1", f"{two};'quoted'", f"{three};=2")) == 0
    assert sorted(item.request.reason for item in world.all()) == ["'quoted'", "=1+1", "=2"]


def test_a_template_is_an_empty_table(desk: Desk) -> None:
    assert desk.type("import", "--template") == 0
    assert desk.out.startswith("customerDomain,customerTenantId,")
    assert desk.type("import", "--template", "-o", "t.xlsx") == 0
    assert desk.type("import", "t.xlsx") == 2
    assert "no row can be planned" in desk.err
    assert desk.type("import") == 2
    assert desk.type("import", "none.csv") == 2
    assert "cannot be read" in desk.err


def test_a_plan_that_is_none_and_one_without_a_word(world: World, desk: Desk, plan: str) -> None:
    assert desk.type("import", "--apply", "customers.csv") == 2
    assert "has no column decision, plan" in desk.err
    assert desk.type("import", "--apply", plan) == 0
    assert "Nothing is marked offboard" in desk.err
    assert real(world) == []


def test_what_was_not_planned_in_time_is_said_and_goes_on_the_next_time(world: World, desk: Desk) -> None:
    file = table(f"{domains(world)[0]};x")
    assert desk.type("import", file, "--wait", "0") == 7
    assert "not everything is planned yet" in desk.err
    Path("customers.plan.csv").unlink()
    assert desk.type("import", file) == 0
    assert len(world.all()) == 1


@pytest.mark.long
def test_a_thousand_rows_of_which_half_are_broken(world: World, desk: Desk) -> None:
    good = [f"nobody{number}.example;x;" for number in range(500)]
    bad = [
        "no domain;x;",
        "a.com;" + "x" * 1001 + ";",
        "b.com;x;01/02/2027",
        ";x;",
        "nobody1.example;x;",
        '"a";"b";"c";d',
    ]
    rows = [row for number, one in enumerate(good) for row in (one, bad[number % len(bad)])]
    file = table(*rows, head="Domain;Reason;notBefore")
    tracemalloc.start()
    code = desk.type("import", file, "--dry-run", "--json")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert code == 7
    told = json.loads(desk.out)
    assert told.pop("batchId").startswith("plan.")
    assert told == {"rows": 1000, "good": 500, "broken": 500}
    assert peak < 64 * 1024 * 1024
    assert "and 490 more" in desk.err
    assert desk.type("import", file) == 7, desk.err
    assert sum(1 for method, path in desk.sent if (method, path) == ("POST", "/api/batches")) == 3
    found = rows_in("customers.plan.csv")
    assert [int(row["line"]) for row in found] == list(range(2, 1002))
    assert all(row["blocker"] for row in found)
    assert sum(row["status"] == Status.REJECTED for row in found) == 500


@pytest.mark.parametrize(("country", "separator"), [("de", ";"), ("us", ",")])
@pytest.mark.parametrize("own", [";", ","])
def test_both_countries_read_what_is_written_and_are_read(
    world: World, desk: Desk, country: str, separator: str, own: str
) -> None:
    assert desk.type("import", "--template", "-o", "t.csv", "--excel", country) == 0
    head = Path("t.csv").read_text("utf-8-sig").strip().split(separator)
    start = world.clock.now() + timedelta(days=60)
    filled = {
        "customerDomain": domains(world)[0],
        "reason": "Kündigung",
        "notBefore": f"{start:%d.%m.%Y}",
        "reduceSeats": "ja",
    }
    filled |= {"graceSeconds": "3600", "renewals": "let_renew"}
    row = separator.join(filled.get(name, "") for name in head)
    Path("t.csv").write_bytes(f"{separator.join(head)}\r\n{row}\r\n".encode("cp1252"))
    assert desk.type("import", "t.csv", "-o", "p.csv") == 0, desk.err
    (asked,) = world.all()
    assert f"{asked.request.not_before:%d.%m.%Y}" == f"{start:%d.%m.%Y}"
    first = Path("p.csv").read_text("utf-8-sig").splitlines()[0]
    assert first.startswith(f"customer{separator}domain{separator}"), "like the file that was read"

    Path("p.csv").unlink()
    assert desk.type("import", "t.csv", "-o", "p.csv", "--excel", "de" if own == ";" else "us") == 0, desk.err
    text = Path("p.csv").read_text("utf-8-sig")
    assert text.startswith(f"customer{own}domain{own}")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=own))
    with Path("p.csv").open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=own)
        writer.writeheader()
        writer.writerows({**one, "decision": "offboard"} for one in rows)
    assert desk.type("import", "--apply", "p.csv", "--confirm", "offboard 1") == 0, desk.err
    assert len(real(world)) == 1
    assert Path("p.status.csv").read_text("utf-8-sig").startswith(f"line{own}customer{own}")


def test_a_list_is_exported_for_german_excel(world: World, desk: Desk) -> None:
    assert desk.type("export", "-o", "l.csv", "--excel", "de") == 0
    assert Path("l.csv").read_bytes().startswith(b"\xef\xbb\xbfoffboardingId;requestId;")
    assert desk.type("list", "--csv", "--excel", "de") == 0
    assert desk.out.startswith("offboardingId;requestId;")
    assert desk.type("calendar", "--csv", "--excel", "de") == 0
    assert desk.out.startswith("at;what;customer;")
    assert desk.type("export", "--excel", "fr") == 2


def test_a_list_in_a_workbook_has_the_columns_and_the_dates_of_the_console(world: World, desk: Desk, plan: str) -> None:
    assert desk.type("export", "-o", "l.xlsx") == 0
    head, *rows = load_workbook("l.xlsx").worksheets[0].iter_rows(values_only=True)
    console = load_workbook(io.BytesIO(fleet_workbook({}, world.services))).worksheets[0].iter_rows(values_only=True)
    assert (head, *rows) == tuple(console)
    found = dict(zip(map(str, head), rows[0], strict=True))
    assert isinstance(found["createdAt"], datetime)
    assert (found["dryRun"], found["status"]) == ("true", "planned")
    assert desk.type("export", "-o", "l.csv") == 0
    assert Path("l.csv").read_bytes() == fleet_csv({}, world.services)
    assert {"reasonCode", "reason", "customerDomain", "customerTenantId"} < set(map(str, head))


@pytest.mark.long
def test_a_plan_of_more_lines_than_a_table_of_customers_is_read() -> None:
    plan = "0a4cf1f2-3f0f-4c9a-8d7e-6b1f2a3c4d5e"
    lines = [f"a.com;{plan};offboard"] * 25_000
    found = decisions_in("\n".join(["domain;plan;decision", *lines]).encode())
    assert len(found.to_send[0].words) == 25_000
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for line in ("domain;plan;decision", *lines):
        sheet.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    assert len(decisions_in(out.getvalue()).to_send[0].words) == 25_000
