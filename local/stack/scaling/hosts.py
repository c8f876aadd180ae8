"""Instances of groups as processes of the local host."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import requests

from local.host.business_clock import BusinessClock
from local.stack.child import Child, python
from local.stack.scaling.groups import Group
from local.stack.scaling.metrics import Metric
from local.stack.scaling.timers import Due

_TIMEOUT = 5


class HostInstance:
    """One process; `master` is the key of its admin addresses."""

    def __init__(self, child: Child, master: str) -> None:
        self._child, self._headers = child, {"x-functions-key": master}
        self._url = str(child.ready()["url"])

    @property
    def exit_code(self) -> int | None:
        return self._child.exit_code

    def running(self) -> int:
        """How many invocations are under way; none in one that does not answer any more."""
        try:
            answer = requests.get(f"{self._url}/admin/host/status", headers=self._headers, timeout=_TIMEOUT)
            return int(answer.json()["running"])
        except (requests.RequestException, ValueError, KeyError):
            return 0

    def last_words(self) -> str:
        return self._child.last_words()

    def stop(self) -> None:
        self._child.stop()


class Hosts:
    """Launches instances, and knows whether a group has work."""

    def __init__(self, folder: Path, root: Path, arguments: Sequence[str], master: str, metric: Metric) -> None:
        """`arguments` are those of every host; memory of timers and logs are kept in `folder`."""
        self._folder, self._root, self._arguments, self._master = folder, root, list(arguments), master
        self._metric = metric
        self._due = Due(BusinessClock(folder / "clock.json"))

    def expect(self, groups: Sequence[Group]) -> None:
        """Have the timers of groups fall due at their next times."""
        for group in groups:
            if group.schedule is not None:
                self._due.begin(self._memory(group), group.functions[0], group.schedule)

    def has_work(self, group: Group) -> bool:
        """Whether it wants an instance, as far as the scale controller can see."""
        if group.queue is not None:
            return self._metric.active(group.queue) > 0
        return group.schedule is not None and self._due.is_due(self._memory(group), group.functions[0], group.schedule)

    def launch(self, group: Group) -> HostInstance:
        """Start a process for it and wait until it receives. Raises StackError."""
        own = ["--functions", ",".join(group.functions), "--port", "0", "--timers", str(self._memory(group))]
        name = f"host-{group.short}"
        child = Child(
            name, python("local.host", [*self._arguments, *own]), self._folder / "logs" / f"{name}.log", self._root
        )
        return HostInstance(child, self._master)

    def _memory(self, group: Group) -> Path:
        return self._folder / f"timers-{group.short}.json"
