"""Deadlines against a plain dictionary."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from local.broker.engine.deadlines import Deadlines

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(0, 9), st.integers(0, 99)),
        st.tuples(st.just("clear"), st.integers(0, 9), st.just(0)),
        st.tuples(st.just("take"), st.just(0), st.integers(0, 99)),
    ),
    max_size=60,
)


@given(STEPS)
def test_deadlines_behave_like_a_dictionary(steps: list[tuple[str, int, int]]) -> None:
    deadlines: Deadlines[int] = Deadlines()
    model: dict[int, int] = {}
    for step, key, at in steps:
        if step == "set":
            deadlines.set(key, at)
            model[key] = at
        elif step == "clear":
            deadlines.clear(key)
            model.pop(key, None)
        else:
            due = sorted((moment, each) for each, moment in model.items() if moment <= at)
            assert deadlines.take_due(at) == [each for _, each in due]
            model = {each: moment for each, moment in model.items() if moment > at}
        assert deadlines.next_ms() == min(model.values(), default=None)


def test_replaced_deadlines_do_not_pile_up() -> None:
    deadlines: Deadlines[str] = Deadlines()
    for at in range(10_000):
        deadlines.set("one", at)
    assert len(deadlines._heap) < 100
    assert deadlines.take_due(10_000) == ["one"]
