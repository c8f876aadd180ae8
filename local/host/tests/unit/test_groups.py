"""Which functions share instances, and business time for timers."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import azure.functions as func
import pytest

from local.host.business_clock import BusinessClock
from local.host.errors import UsageError
from local.host.groups import as_json, groups, only
from local.host.index import App
from local.host.tests.unit.apps import HOST_JSON, indexed


def _app() -> App:
    app = func.FunctionApp()

    @app.route("a")
    def one(req: func.HttpRequest) -> str:
        return ""

    @app.service_bus_queue_trigger("msg", "Bus", "%Queue%/$DeadLetterQueue")
    def dead(msg: func.ServiceBusMessage) -> None: ...

    @app.timer_trigger("timer", "%Schedule%")
    def tick(timer: func.TimerRequest) -> None: ...

    @app.route("b")
    def two(req: func.HttpRequest) -> str:
        return ""

    return App(Path(), indexed(app), HOST_JSON, ())


def test_http_functions_share_instances_and_every_other_has_its_own() -> None:
    found = [(group.name, group.functions, group.entity, group.schedule) for group in groups(_app().functions)]
    assert found == [
        ("http", ("one", "two"), None, None),
        ("function:dead", ("dead",), "orders/$DeadLetterQueue", None),
        ("function:tick", ("tick",), None, "0 */5 * * * *"),
    ]
    assert [group["name"] for group in json.loads(as_json(_app().functions))["groups"]] == [each[0] for each in found]


def test_an_instance_fires_the_functions_of_its_group_alone() -> None:
    assert [item.name for item in only(_app(), "TWO, tick").functions] == ["tick", "two"]
    for text in ("tick,tock", "", ","):
        with pytest.raises(UsageError, match="--functions"):
            only(_app(), text)


def test_business_time_follows_the_file(tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    clock = BusinessClock(file)
    near = timedelta(minutes=1)
    assert abs(clock() - datetime.now(UTC)) < near
    file.write_text(json.dumps({"offsetSeconds": 86_400}), encoding="utf-8")
    assert abs(clock() - datetime.now(UTC) - timedelta(days=1)) < near
    for broken in ("{", "[]", "{}", '{"offsetSeconds": "soon"}', '{"offsetSeconds": 1e999}'):
        file.write_text(broken, encoding="utf-8")
        assert abs(clock() - datetime.now(UTC) - timedelta(days=1)) < near
    os.unlink(file)  # noqa: PTH108
    assert abs(clock() - datetime.now(UTC) - timedelta(days=1)) < near
