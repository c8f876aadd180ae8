"""Files and folders that only their owner can read, whatever the umask is and whatever was there before.

The data folder holds keys, tokens and personal data. On Windows the folder's own rights count, and nothing is changed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

UMASK = 0o077
FOLDER, FILE = 0o700, 0o600


def private_folder(path: Path) -> Path:
    """A folder, made when missing, that nobody else can enter. Raises OSError."""
    path.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    _owners_alone(path)
    return path


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read; whoever reads it sees all of it or what was there before."""
    temporary = file.with_name(file.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    temporary.replace(file)


def tighten(folder: Path) -> None:
    """Take a folder and everything in it from everybody else; links are not followed, the owner's rights stay."""
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _owners_alone(Path(place, name))
    _owners_alone(folder)


def _owners_alone(path: Path) -> None:
    mode = path.lstat().st_mode
    if os.name != "nt" and not stat.S_ISLNK(mode) and mode & UMASK:
        path.chmod(stat.S_IMODE(mode) & ~UMASK)
