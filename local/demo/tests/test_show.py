"""What the demo prints of a timeline."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.demo.show import Progress, cut, line
from local.demo.waits import span

AT = {"at": "2026-11-22T17:36:04.123Z", "stage": "cancel", "seq": 1}


@given(st.text(alphabet="ab ,;", max_size=60), st.integers(5, 40))
def test_a_text_is_cut_at_a_word(text: str, width: int) -> None:
    shown = cut(text, width)
    assert len(shown) <= width
    if len(text) > width and shown.endswith(" …"):
        kept = shown.removesuffix(" …")
        assert text.startswith(kept)
        assert text[len(kept)] in " ,;"


@pytest.mark.parametrize(
    ("entry", "end"),
    [
        ({"what": "removal.accepted", "answer": "200"}, "removal.accepted                   200"),
        ({"what": "cancel.accepted", "holding": "k", "detail": "done", "answer": "200"}, "Visio: done → 200"),
        ({"what": "cancel.intended", "holding": "k"}, "Visio"),
        ({"what": "gdap.accepted", "holding": "gdap:1", "detail": "services"}, " services"),
        ({"what": "state.running"}, "state.running"),
    ],
)
def test_a_line_has_an_arrow_only_between_two_texts(entry: dict[str, str], end: str) -> None:
    assert line({**AT, **entry}, {"k": "Visio"}).endswith(end)


@pytest.mark.parametrize(
    ("waited", "text"),
    [
        (timedelta(days=7, seconds=-2), "7 days"),
        (timedelta(hours=23, minutes=59, seconds=58), "1 day"),
        (timedelta(minutes=59, seconds=59), "1 h 0 min"),
        (timedelta(days=5, hours=6), "5 days"),
    ],
)
def test_a_span_is_rounded(waited: timedelta, text: str) -> None:
    assert span(waited) == text


@pytest.mark.parametrize(("brief", "count"), [(False, 2), (True, 1)])
def test_progress_tells_every_entry_once(brief: bool, count: int) -> None:
    said: list[str] = []
    progress = Progress(said.append, brief=brief)
    shown = {"timeline": [{**AT, "what": "inventory"}, {**AT, "seq": 2, "what": "state.removed"}]}
    progress.show(shown)
    progress.show(shown)
    assert len(said) == count
