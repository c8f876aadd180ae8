"""The report over HTTP: as a page, as a table, and with headers that let neither do anything."""

from __future__ import annotations

from local.world.world import World
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
