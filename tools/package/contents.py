"""Which files are deployed, and the zip of them."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The oldest date of a zip: with the time of a checkout no two builds would have the same bytes."""


class PackageError(Exception):
    """There is nothing that can be packed."""


def patterns(root: Path) -> list[str]:
    """The lines of .funcignore, which are plain names (tests/unit/infra holds them to that)."""
    lines = (root / ".funcignore").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def deployed(root: Path) -> list[PurePosixPath]:
    """The tracked files that .funcignore leaves, in order of their names; raises PackageError."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode:
        raise PackageError("this is no checkout, so what is tracked is not known; run it in a clone")
    ignored = patterns(root)
    found = [PurePosixPath(name) for name in listed.stdout.split("\0") if name]
    kept = [path for path in found if not any(fnmatchcase(part, each) for part in path.parts for each in ignored)]
    if not kept:
        raise PackageError(".funcignore leaves nothing of the tracked files")
    return sorted(kept)


def packed(root: Path, paths: Sequence[PurePosixPath]) -> bytes:
    """A zip of these files; the bytes depend on names and contents alone."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            entry = zipfile.ZipInfo(path.as_posix(), EPOCH)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, (root / path).read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
