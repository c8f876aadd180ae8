"""What the scale controller sees with each right, and what it does about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from local.broker.entities.file import parse_entities
from local.broker.server import BrokerServer
from local.stack.errors import StackError
from local.stack.scaling.controller import Controller
from local.stack.scaling.groups import Group
from local.stack.scaling.metrics import Counts, Metric, Peeks, Scaler, granted, metric_of
from local.stack.scaling.timers import Due

QUEUES = ("empty", "active", "hidden", "seen", "locked")
LATER = datetime.now(UTC) + timedelta(days=1)


@pytest.fixture(scope="module")
def broker() -> Iterator[BrokerServer]:
    """Queues with messages in different places."""
    entities = parse_entities({"queues": [{"name": name} for name in QUEUES], "topics": []})
    with BrokerServer(entities) as server:
        yield server


@pytest.fixture(scope="module")
def filled(broker: BrokerServer) -> Iterator[BrokerServer]:
    """`hidden` has an active message behind eleven scheduled ones, `seen` one behind ten."""
    with ServiceBusClient.from_connection_string(broker.connection_string) as client:
        for queue, scheduled, active in (("active", 0, 2), ("hidden", 11, 1), ("seen", 9, 1), ("locked", 0, 1)):
            with client.get_queue_sender(queue) as sender:
                if scheduled:
                    sender.schedule_messages([ServiceBusMessage("later") for _ in range(scheduled)], LATER)
                sender.send_messages([ServiceBusMessage("now") for _ in range(active)])
        with client.get_queue_receiver("locked") as receiver:
            assert receiver.receive_messages(1, max_wait_time=5)
            yield broker


@pytest.fixture(params=list(Scaler))
def scaler(request: pytest.FixtureRequest) -> Scaler:
    """Each right."""
    return Scaler(request.param)


@pytest.fixture
def metric(scaler: Scaler, filled: BrokerServer) -> Iterator[Metric]:
    """What is seen with it."""
    made = metric_of(scaler, filled.rest_url, filled.connection_string)
    yield made
    made.close()


SEEN = {
    Scaler.COUNTS: {"empty": 0, "active": 2, "hidden": 1, "seen": 1, "locked": 1},
    Scaler.PEEK: {"empty": 0, "active": 1, "hidden": 0, "seen": 1, "locked": 1},
}


def test_eleven_scheduled_messages_hide_an_active_one_from_whoever_can_only_peek(
    metric: Metric, scaler: Scaler
) -> None:
    assert isinstance(metric, Counts if scaler is Scaler.COUNTS else Peeks)
    for _ in range(3):  # every look begins at the beginning
        assert {queue: metric.active(queue) for queue in QUEUES} == SEEN[scaler]


def test_the_right_of_a_deployment_is_read_from_its_roles(tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()
    file = tmp_path / "modules" / "bus.bicep"
    file.write_text("var receiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'", encoding="utf-8")
    assert granted(tmp_path) is Scaler.PEEK
    file.write_text("var owner = '090c5cfd-751d-490a-894a-3ce6f1109419'", encoding="utf-8")
    assert granted(tmp_path) is Scaler.COUNTS


def test_a_timer_falls_due_at_its_next_time_and_not_before(tmp_path: Path) -> None:
    now, memory = [datetime(2026, 3, 1, 12, 1, tzinfo=UTC)], tmp_path / "timers.json"
    due, schedule = Due(lambda: now[0]), "0 */5 * * * *"
    due.begin(memory, "sweep", schedule)
    assert not due.is_due(memory, "sweep", schedule)
    now[0] = datetime(2026, 3, 1, 12, 5, tzinfo=UTC)
    assert due.is_due(memory, "sweep", schedule)
    due.begin(memory, "sweep", schedule)
    assert due.is_due(memory, "sweep", schedule), "a run that is due is not forgotten by a start"
    due.begin(memory, "sweep", "0 0 3 * * *")
    assert not due.is_due(memory, "sweep", "0 0 3 * * *")
    assert json.loads(memory.read_text(encoding="utf-8"))["sweep"]["next"] == "2026-03-02T03:00:00+00:00"


@dataclass
class Process:
    """An instance whose life the test decides."""

    exit_code: int | None = None
    under_way: int = 0
    stopped: bool = False

    def running(self) -> int:
        return self.under_way

    def last_words(self) -> str:
        return "its last words"

    def stop(self) -> None:
        self.stopped = True


@dataclass
class World:
    """Groups with and without work, and every instance that was launched."""

    work: set[str] = field(default_factory=set)
    launched: list[tuple[str, Process]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def has_work(self, group: Group) -> bool:
        return group.short in self.work

    def launch(self, group: Group) -> Process:
        self.launched.append((group.short, Process()))
        return self.launched[-1][1]

    def controller(self, idle_seconds: float = 0.0) -> Controller:
        groups = [Group(f"function:{name}", (name,), queue=name) for name in ("plan", "cancel")]
        return Controller(groups, self.has_work, self.launch, self.told.append, idle_seconds=idle_seconds)


def test_an_instance_is_started_for_work_and_stopped_without_it() -> None:
    world = World(work={"plan"})
    controller = world.controller()
    controller.look()
    controller.look()
    assert [name for name, _ in world.launched] == ["plan"]
    world.work = {"cancel"}
    world.launched[0][1].under_way = 1
    controller.look()
    assert world.told == ["scale out: function:plan", "scale out: function:cancel"], "what still runs is let run"
    world.launched[0][1].under_way = 0
    controller.look()
    assert world.told[-1] == "scale in: function:plan"
    controller.stop()
    assert [process.stopped for _, process in world.launched] == [True, True]


def test_an_instance_stays_for_a_while_without_work() -> None:
    world = World(work={"plan"})
    controller = world.controller(idle_seconds=3600)
    controller.look()
    world.work.clear()
    controller.look()
    assert world.told == ["scale out: function:plan"]
    controller.stop()


def test_after_a_time_out_another_instance_is_started_and_any_other_death_is_told() -> None:
    world = World(work={"plan"})
    controller = world.controller()
    controller.look()
    world.launched[0][1].exit_code = 70
    controller.look()
    assert [name for name, _ in world.launched] == ["plan", "plan"]
    world.launched[1][1].exit_code = 1
    with pytest.raises(StackError, match="function:plan stopped with exit code 1"):
        controller.look()


def test_what_stops_the_controller_is_told_to_whoever_watches_the_stack() -> None:
    world = World()

    def broken(_: Group) -> bool:
        raise OSError("the bus is gone")

    groups = [Group("function:plan", ("plan",), queue="plan")]
    controller = Controller(groups, broken, world.launch, world.told.append)
    controller.check()
    controller.start()
    controller._thread.join(10)
    with pytest.raises(StackError, match="the bus is gone"):
        controller.check()
    controller.stop()
