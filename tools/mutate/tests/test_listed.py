"""The list of mutants that change nothing that matters: each with a reason, found by a name without line numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.mutate.listed import FILE, listed

ENTRY = '[[mutant]]\nname = "code.py f  comparison swapped:\\n a < b -> (a <= b)"\nreason = "both are never equal"\n'


def test_no_file_is_no_entry(tmp_path: Path) -> None:
    assert listed(tmp_path / "none.toml") == {}


def test_a_name_is_found_however_it_is_broken_into_lines(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(ENTRY)
    assert listed(tmp_path / "list.toml") == {"code.py f comparison swapped: a < b -> (a <= b)": "both are never equal"}


@pytest.mark.parametrize("reason", ["", 'reason = ""', 'reason = "  "'])
def test_an_entry_without_a_reason_is_refused_by_name(reason: str, tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text(f'[[mutant]]\nname = "code.py f"\n{reason}\n')
    with pytest.raises(SystemExit, match=r"no reason for 'code\.py f'"):
        listed(tmp_path / "list.toml")


def test_the_list_that_is_kept_can_be_read() -> None:
    assert all(listed(FILE).values())
