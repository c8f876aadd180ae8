"""Data folders that nobody has asked for: those of demos that were given none. Their evidence is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from local.stack.errors import StackError
from local.stack.folder import DataFolder

KEPT = "evidence"
"""Timelines, proofs and signed evidence: what the demo was made for."""


def empty(path: Path) -> None:
    """Remove databases, keys, tokens and logs of a demo that has ended; a folder in use is left as it is."""
    try:
        folder = DataFolder(path)
    except StackError:
        return
    folder.release()
    for item in path.iterdir():
        if item.name == KEPT:
            continue
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item, ignore_errors=True)
        else:
            item.unlink(missing_ok=True)
    if not any(path.iterdir()):
        path.rmdir()


def empty_earlier(of: Path, prefix: str) -> None:
    """The same for the folders beside `of` that demos have left behind which were killed or failed."""
    for path in sorted(of.parent.glob(f"{prefix}*")):
        if path.is_dir() and path != of and {item.name for item in path.iterdir()} != {KEPT}:
            empty(path)
