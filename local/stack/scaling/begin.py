"""Puts the scale controller together for one stack."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from local.stack.child import python
from local.stack.scaling.controller import Controller
from local.stack.scaling.groups import HTTP, Group, read_groups
from local.stack.scaling.hosts import Hosts
from local.stack.scaling.metrics import Metric


def groups_of(root: Path, arguments: Sequence[str]) -> tuple[Group, list[Group]]:
    """The HTTP group, and every other one. Raises StackError."""
    found = read_groups(python("local.host", list(arguments)), root, dict(os.environ))
    return next(group for group in found if group.name == HTTP), [group for group in found if group.name != HTTP]


def begin(groups: Sequence[Group], hosts: Hosts, metric: Metric, tell: Callable[[str], None]) -> Controller:
    """A controller at work; it lets go of the metric when it is stopped."""
    hosts.expect(groups)
    controller = Controller(groups, hosts.has_work, hosts.launch, tell, at_end=metric.close)
    controller.start()
    return controller
