"""The report over HTTP: as a page, as a table, and with headers that let neither do anything."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from openpyxl import load_workbook
from pytest_mock import MockerFixture

from local.world.world import World
from shared.operations.front_door import FrontDoor
from shared.report.report import WORKBOOK
from tests.unit.functions.support import KEY, Answer, call
from tests.unit.functions.test_http_api import create


def reported(identity: str, **headers: str) -> Answer:
    return call("get_report", route={"id": identity}, headers={**KEY, **headers})


def test_a_page_by_default_and_a_table_for_who_asks(world: World) -> None:
    identity = create(world).json["offboardingId"]
    world.run()
    page, table = reported(identity), reported(identity, Accept="text/csv")

    assert (page.status, page.type) == (200, "text/html")
    assert b"is removed, and that is proven" in page.body
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Content-Disposition"] == f'inline; filename="{identity}.report.html"'
    assert (table.status, table.type) == (200, "text/csv")
    assert table.body.startswith(b'\xef\xbb\xbf"key","name"')
    assert table.headers["Content-Disposition"] == f'attachment; filename="{identity}.report.csv"'
    for answer in (page, table):
        assert (answer.headers["Vary"], answer.headers["Cache-Control"]) == ("Accept", "no-store")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_month_leads_to_its_customers_and_to_its_table(
    world: World, door: FrontDoor, mocker: MockerFixture
) -> None:
    known = replace(door, address="https://app.example")
    mocker.patch("shared.composition.bootstrap.front_door", return_value=known)
    identity = create(world).json["offboardingId"]
    world.run()
    month = f"{world.all()[0].updated_at:%Y-%m}"
    page = call("get_month_report", query={"month": month}, headers=KEY)
    assert f'"https://app.example/console/offboardings/{identity}"' in page.body.decode()
    for kind, media in (("csv", "text/csv"), ("xlsx", WORKBOOK)):
        assert f'"https://app.example/api/report?month={month}&amp;format={kind}' in page.body.decode()
        table = call("get_month_report", query={"month": month, "format": kind}, headers=KEY)
        assert (table.status, table.type) == (200, media)
        assert table.headers["Content-Disposition"] == f'attachment; filename="offboardings-{month}.{kind}"'
    columns, line = load_workbook(BytesIO(table.body)).worksheets[0].iter_rows(values_only=True)
    assert dict(zip(columns, line, strict=True))["offboardingId"] == identity
    assert call("get_month_report", query={"month": month, "format": "pdf"}, headers=KEY).status == 422
