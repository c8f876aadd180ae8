"""Every kind and state of holding, under every answer to what Microsoft leaves open: no harm, and an end or a date."""

from __future__ import annotations

import pytest

from tests.functional.sampling import some_of
from tests.functional.truth_table.cells import KNOBS, OPEN, ROWS, all_cells, named, others_than_default, own_cells
from tests.functional.truth_table.judge import judge
from tests.functional.truth_table.row import Cell, Person, Row

OWN = [(row, cell) for row in ROWS for cell in own_cells(row)]
DOCUMENTED, OPEN_ANSWERS = [pair for pair in OWN if not pair[1]], [pair for pair in OWN if pair[1]]


@pytest.mark.parametrize(("row", "cell"), [*DOCUMENTED, *some_of(OPEN_ANSWERS)], ids=named)
def test_a_cell(row: Row, cell: Cell) -> None:
    judge(row, cell)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_row_under_any_answer_and_any_pair_of_its_own(row: Row) -> None:
    for cell in all_cells(row):
        try:
            judge(row, cell)
        except AssertionError as error:
            raise AssertionError(f"{named(cell)}: {error}") from error


def test_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    asked = {knob for row in ROWS for knob in row.knobs}
    assert asked <= KNOBS.keys()
    assert not OPEN - asked, "questions that no row asks"
    answers = sum(len(others_than_default(knob)) for knob in asked)
    persons = {row.expected(cell) for row, cell in OWN if isinstance(row.expected(cell), Person)}
    counts = f"{len(ROWS)} rows, {len(asked)} open questions with {answers} other answers, {len(OWN)} cells"
    every = sum(1 for row in ROWS for _ in all_cells(row))
    with capsys.disabled():
        print(f"\ntruth table of the pipeline: {counts} (thorough: {every} more)")  # noqa: T201
        for person in sorted(persons, key=str):
            print(f"  a person is needed: {person}")  # noqa: T201
