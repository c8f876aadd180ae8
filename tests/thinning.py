"""A quick run tries some of the cases of a long table, and none that is marked as long; the others are deselected, and
their number is printed.

The rest is what such a run does without, and whatever it tries with fewer points or examples.
"""

from __future__ import annotations

import os
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

import pytest

EVERY = int(os.environ.get("OFFBOARDING_CASES_EVERY", "1"))
"""1 tries every case, n every n-th. `dev.py test` sets 40 when it is given nothing that says what to run."""
REST = os.environ.get("OFFBOARDING_CASES_REST") == "1"
"""Try what a quick run leaves out, and no more; `dev.py test --rest` sets it."""
REST_EVERY = int(os.environ.get("OFFBOARDING_REST_EVERY", "1"))
"""Of the cases that a quick run leaves out, each n-th is tried; continuous integration has no time for all of them."""
LONG_TOO = os.environ.get("OFFBOARDING_CASES_LONG") == "1"
"""Try what is marked as long all the same; `dev.py test --coverage` sets it: it reaches what nothing else does."""
WHOLE = frozenset(os.environ.get("OFFBOARDING_CASES_WHOLE", "").split())
"""Folders of tests/ whose tables are never thinned; `dev.py test --coverage` names that of the unit tests."""
LONG = {"functional": 2}
"""From how many cases on a table is long, by folder: a functional test runs whole offboardings."""
LONG_ELSEWHERE = 5


def left_out(
    items: Iterable[pytest.Item],
    every: int = EVERY,
    *,
    rest: bool = REST,
    whole: frozenset[str] = WHOLE,
    long_too: bool = LONG_TOO,
) -> set[pytest.Item]:
    """What a quick run does without: of every long table all but each n-th case. `rest`: what it does not."""
    items = list(items)
    thinned = _thinned([item for item in items if item.nodeid.split("/")[1] not in whole], every, long_too)
    if not rest:
        return thinned
    tried = {*[item for item in items if item in thinned][::REST_EVERY]}
    return {item for item in items if item not in tried and not _tries_more(item) and not _is_long(item, thinned)}


def _is_long(item: pytest.Item, thinned: set[pytest.Item]) -> bool:
    return item in thinned and item.get_closest_marker("long") is not None


def _tries_more(item: pytest.Item) -> bool:
    """A thorough run tries it with more random examples, or with every point of an enumeration."""
    test, module = getattr(item, "obj", None), getattr(item, "module", None)
    return bool(getattr(test, "is_hypothesis_test", False)) or hasattr(module, "some_of")


def _thinned(items: Sequence[pytest.Item], every: int, long_too: bool) -> set[pytest.Item]:
    tables: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        tables[item.nodeid.partition("[")[0]].append(item)
    found = {item for item in items if every > 1 and not long_too and item.get_closest_marker("long")}
    for name, cases in tables.items():
        if every > 1 and len(cases) > LONG.get(name.split("/")[1], LONG_ELSEWHERE):
            # Tests of the same rows begin at different ones, and so try others.
            found |= {*cases} - {*cases[zlib.crc32(name.encode()) % min(every, len(cases)) :: every]}
    return found
