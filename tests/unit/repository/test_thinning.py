"""A quick run and the rest of it try everything together, and hardly anything twice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from pytest_mock import MockerFixture

from tests import thinning
from tests.thinning import left_out


class Item:
    """As much of a collected test as thinning looks at."""

    def __init__(self, nodeid: str, obj: object, module: object, mark: str) -> None:
        self.nodeid, self.obj, self.module, self.mark = nodeid, obj, module, mark

    def get_closest_marker(self, name: str) -> object:
        return name if name == self.mark else None


def item(nodeid: str, obj: object = None, module: object = None, mark: str = "") -> pytest.Item:
    return cast("pytest.Item", Item(nodeid, obj, module, mark))


TABLE = [item(f"tests/unit/test_a.py::test_table[{number}]") for number in range(100)]
SHORT = [item(f"tests/unit/test_a.py::test_short[{number}]") for number in range(5)]
WHOLE = [item(f"tests/functional/test_b.py::test_whole[{number}]") for number in range(3)]
SINGLE = [item("tests/functional/test_b.py::test_single")]
PROPERTY = [item("tests/unit/test_a.py::test_property", obj=SimpleNamespace(is_hypothesis_test=True))]
POINTS = [item("tests/functional/test_c.py::test_points", module=SimpleNamespace(some_of=sorted))]
LONG = [item(f"tests/functional/test_d.py::test_long[{number}]", mark="long") for number in range(2)]
EVERYTHING = [*TABLE, *SHORT, *WHOLE, *SINGLE, *PROPERTY, *POINTS, *LONG]


NONE = frozenset[str]()


def tried(every: int, *, rest: bool, whole: frozenset[str] = NONE) -> set[pytest.Item]:
    return {*EVERYTHING} - left_out(EVERYTHING, every, rest=rest, whole=whole, long_too=False)


def test_both_runs_together_try_everything() -> None:
    assert tried(40, rest=False) | tried(40, rest=True) == {*EVERYTHING}


def test_only_what_is_tried_more_thoroughly_is_tried_twice() -> None:
    assert tried(40, rest=False) & tried(40, rest=True) == {*PROPERTY, *POINTS}


def test_a_quick_run_tries_some_cases_of_each_long_table() -> None:
    quick = tried(40, rest=False)
    assert {*SHORT, *SINGLE, *PROPERTY, *POINTS} <= quick
    assert 2 <= len(quick & {*TABLE}) <= 3
    assert len(quick & {*WHOLE}) == 1
    assert quick.isdisjoint(LONG)


def test_continuous_integration_leaves_out_nothing_that_is_long(mocker: MockerFixture) -> None:
    mocker.patch.object(thinning, "REST_EVERY", 1000)
    assert {*LONG} <= tried(40, rest=True)


def test_without_thinning_nothing_is_left_out() -> None:
    assert left_out(EVERYTHING, 1, rest=False, whole=NONE) == set()


def test_a_folder_that_is_measured_is_tried_whole() -> None:
    unit = frozenset({"unit"})
    quick, rest = (tried(40, rest=rest, whole=unit) for rest in (False, True))
    assert {*TABLE, *SHORT} <= quick
    assert rest.isdisjoint({*TABLE, *SHORT})
    assert quick | rest == {*EVERYTHING}


def test_what_is_measured_tries_long_ones_too_and_the_rest_need_not_repeat_them() -> None:
    measured = {*EVERYTHING} - left_out(EVERYTHING, 40, rest=False, long_too=True)
    rest = {*EVERYTHING} - left_out(EVERYTHING, 40, rest=True, long_too=True)
    assert {*LONG} <= measured
    assert rest.isdisjoint(LONG)
    assert measured | rest == {*EVERYTHING}
