"""Broker, simulator, sink and Functions host as one thing: start in order, watch, stop in the opposite order."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from local.stack.addresses import Addresses
from local.stack.child import Child, python
from local.stack.chosen import ELSEWHERE, require_accepted
from local.stack.databases import checkpoint
from local.stack.environment import left_out
from local.stack.errors import StackError
from local.stack.evidence import FOLDER, SNAPSHOTS, evidence_settings, public_key
from local.stack.folder import DataFolder, write_private
from local.stack.notices import keep_key, notice_settings, webhook_key
from local.stack.people import Person, keep_people
from local.stack.ports import require_free
from local.stack.scaling.begin import begin, groups_of
from local.stack.scaling.controller import Controller
from local.stack.scaling.hosts import Hosts
from local.stack.scaling.metrics import Scaler, metric_of
from local.stack.settings import DEPLOYED_PACE, SHORT_WAITS, app_settings, telemetry_settings
from local.stack.store import Store, choose_store, expected_settings, store_settings
from local.stack.tenant import choose_tenant, read_scenario, remember

ROOT = Path(__file__).resolve().parents[2]
ENTITIES = ROOT / "infra" / "servicebus.json"
PARTS = ("broker", "partner simulator", "Functions host", "broker's HTTP door", "notification sink")
"""In the order of their ports."""
CLOCK = "clock.json"
EMULATOR = "Endpoint=sb://127.0.0.1:1;UseDevelopmentEmulator=true"
"""Stands for the broker before it is up."""
RESTARTABLE = 70
"""The host's exit code after an invocation ran over functionTimeout: the real host starts a new worker then."""
RESTARTS = 20


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may choose. Port base 0: free ports. No scenario, no store: those of the folder, or the defaults.
    `authentication`: people sign in, as App Service Authentication would have them. `approval`: which plans a second
    person has to approve (OFFBOARDING_APPROVAL). `chosen`: further settings of the application, by name."""

    data: Path
    scenario: Path | None = None
    port_base: int = 0
    store: Store | None = None
    authentication: bool = True
    approval: str = "never"
    chosen: Mapping[str, str] = field(default_factory=dict)
    like_azure: bool = False
    """A process for each group of functions, from zero, at the pace of a deployment; see local/stack/scaling."""
    scaler: Scaler = Scaler.PEEK
    """Which right the scale controller has."""
    telemetry: Path | None = None
    """Where spans, metrics and log records are written; None: nowhere."""


class Stack:
    """Started by `start`, which returns the addresses; `stop` ends every process and releases the folder."""

    def __init__(self, options: Options) -> None:
        """Takes the folder. Raises StackError when the scenario, the store or the folder cannot be used."""
        if options.scenario is not None:
            read_scenario(options.scenario)  # before a folder is made for it
        self._options = options
        self._folder = DataFolder(options.data)
        self._store = choose_store(self._folder, options.store)
        self.tenant = choose_tenant(self._folder, options.scenario)
        values = self._values(
            EMULATOR, ELSEWHERE, ELSEWHERE, "not a key yet", expected_settings(self._store, self._folder)
        )
        require_accepted(values, authentication=options.authentication)
        self._logs = self._folder.part("logs")
        self._children: list[Child] = []
        self._host_arguments: list[str] = []
        self._restarts = 0
        self._controller: Controller | None = None

    def start(self) -> Addresses:
        """Start everything; raises StackError with the last words of whatever did not come up."""
        if names := left_out(os.environ):
            say(f"left out, because the local stack has settings of its own (--set NAME=VALUE): {', '.join(names)}")
        parts = PARTS if self._store is Store.SQLITE else (*PARTS, "table store")
        require_free(self._options.port_base, parts)
        if self.tenant.goes_on:
            say(
                f"going on with the data in {self._folder.path}; the scenario is not read again "
                "(another --data starts afresh)"
            )
        store = store_settings(self._store, self._folder, self._port(5), self._start_apart)
        clock = self._folder.path / CLOCK
        broker = self._child("broker", "local.broker", self._broker_arguments(clock))
        simulator = self._child("simulator", "local.simulator", self._simulator_arguments(clock))
        bus = broker.ready()
        service_bus, rest = str(bus["servicebus"]), str(bus["rest"])
        tenant = str(simulator.ready(mistake=2)["url"])
        remember(self._folder, self.tenant)
        key = self._folder.function_key()
        keys = self._folder.path / "keys.json"
        master = self._folder.kept("master-key", lambda: secrets.token_urlsafe(32))
        write_private(keys, json.dumps({"masterKey": master, "functionKeys": {"default": key}}))
        settings = self._folder.path / "local.settings.json"
        self.tenant.keep_token(self._folder.path)
        keep_key(self._folder.part("sink"), key)
        sink = self._child("sink", "local.sink", ["--data", str(self._folder.part("sink")), "--port", self._port(4)])
        told = str(sink.ready()["url"])
        values = self._values(service_bus, tenant, told, key, store)
        write_private(settings, json.dumps({"IsEncrypted": False, "Values": values}))
        arguments = ["--app", str(ROOT), "--settings", str(settings), "--keys", str(keys)]
        people: tuple[Person, ...] = ()
        if self._options.authentication:
            file = self._folder.path / "people.json"
            people = keep_people(tenant, file)
            arguments += ["--authentication", str(file)]
        if self._options.like_azure:
            arguments = self._scaled(arguments, service_bus, rest, master)
        else:
            arguments += ["--timers", str(self._folder.path / "timers.json")]
        ready = self._child("host", "local.host", [*arguments, "--port", self._port(2)]).ready()
        http = str(ready["url"])
        # Started again it must be found where it was.
        self._host_arguments = [*arguments, "--port", str(ready["port"])]
        found = self._addresses(service_bus, rest, http, key, tenant)
        found = replace(found, people=people, notifications=told, webhook_key=webhook_key(key))
        # For commands that are typed beside it: offboard --local.
        write_private(self._folder.path / "addresses.json", found.to_json())
        return found

    def check(self) -> None:
        """Restart the host after a timed-out invocation; raises StackError when a part has died otherwise."""
        if self._controller is not None:
            self._controller.check()
        for child in self._children:
            code = child.exit_code
            if code is None:
                continue
            if child.name == "host" and code == RESTARTABLE and self._restarts < RESTARTS:
                self._restarts += 1
                self._children.remove(child)
                self._child("host", "local.host", self._host_arguments).ready()
                return
            raise StackError(f"{child.name} stopped unexpectedly with exit code {code}.\n{child.last_words()}", 3)

    def stop(self) -> None:
        """Hosts first, so that nothing is in flight when the broker goes."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None
        for child in reversed(self._children):
            child.stop()
        self._children.clear()
        for problem in checkpoint(self._folder.path):
            say(problem)
        self._folder.release()

    @property
    def pids(self) -> dict[str, int]:
        """The processes, by name."""
        return {child.name: child.pid for child in self._children}

    def _scaled(self, arguments: list[str], service_bus: str, rest: str, master: str) -> list[str]:
        """Start the scale controller; returns the arguments of the host that answers HTTP."""
        arguments = [*arguments, "--clock", str(self._folder.path / CLOCK), "--sdk-logs"]
        http, others = groups_of(ROOT, arguments)
        metric = metric_of(self._options.scaler, rest, service_bus)
        self._controller = begin(others, Hosts(self._folder.path, ROOT, arguments, master, metric), metric, say)
        return [*arguments, "--functions", ",".join(http.functions)]

    def _child(self, name: str, module: str, arguments: list[str]) -> Child:
        return self._added(Child(name, python(module, arguments), self._logs / f"{name}.log", ROOT))

    def _start_apart(self, name: str, command: list[str], extra: Mapping[str, str]) -> Child:
        return self._added(Child(name, command, self._logs / f"{name}.log", ROOT, extra, own_group=True))

    def _added(self, child: Child) -> Child:
        self._children.append(child)
        return child

    def _values(self, service_bus: str, tenant: str, sink: str, key: str, store: Mapping[str, str]) -> dict[str, str]:
        """Every setting of the application."""
        clock = self._folder.path / CLOCK
        values = app_settings(self.tenant, service_bus, tenant, clock, key)
        pace = DEPLOYED_PACE if self._options.like_azure else SHORT_WAITS
        return {
            **values,
            **pace,
            **store,
            **evidence_settings(self._folder),
            "OFFBOARDING_SNAPSHOT_FOLDER": str(self._folder.path / SNAPSHOTS),
            **notice_settings(sink, key),
            "OFFBOARDING_APPROVAL": self._options.approval,
            **telemetry_settings(self._options.telemetry),
            **self._options.chosen,
        }

    def _port(self, offset: int) -> str:
        return str(self._options.port_base + offset) if self._options.port_base else "0"

    def _broker_arguments(self, clock: Path) -> list[str]:
        data = str(self._folder.part("broker"))
        ports = ["--port", self._port(0), "--rest-port", self._port(3)]
        return ["--entities", str(ENTITIES), *ports, "--data", data, "--clock", str(clock)]

    def _simulator_arguments(self, clock: Path) -> list[str]:
        data = str(self._folder.part("simulator"))
        return ["--scenario", str(self.tenant.file), "--port", self._port(1), "--data", data, "--clock", str(clock)]

    def _addresses(self, service_bus: str, rest: str, http: str, key: str, tenant: str) -> Addresses:
        entities = json.loads(ENTITIES.read_text(encoding="utf-8"))
        names = [str(queue["name"]) for queue in entities["queues"]]
        topic = entities["topics"][0]
        return Addresses(
            servicebus=service_bus,
            servicebus_rest=rest,
            http=http,
            function_key=key,
            simulator=tenant,
            data=str(self._folder.path),
            queues={name.removeprefix("offboarding-"): name for name in names},
            topic=str(topic["name"]),
            subscriptions=tuple(str(item["name"]) for item in topic["subscriptions"]),
            evidence=str(self._folder.path / FOLDER),
            evidence_key=public_key(self._folder),
        )


def default_data(name: str) -> Path:
    """A data folder below the checkout, for commands that were given none."""
    return ROOT / ".data" / name


def say(text: str) -> None:
    """Progress for people: stderr."""
    sys.stderr.write(text + os.linesep if os.name == "nt" else text + "\n")
    sys.stderr.flush()
