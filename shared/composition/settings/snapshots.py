"""Where snapshots of the record go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.composition.settings.reader import Reader


@dataclass(frozen=True, slots=True)
class SnapshotSettings:
    """A container, a folder, or nothing: then none are taken."""

    container: str
    folder: Path | None


def read_snapshots(reader: Reader) -> SnapshotSettings:
    """One place at most."""
    found = SnapshotSettings(
        reader.address("OFFBOARDING_SNAPSHOT_CONTAINER"), reader.path("OFFBOARDING_SNAPSHOT_FOLDER")
    )
    if found.container and found.folder is not None:
        reader.problems.append(
            "snapshots go to OFFBOARDING_SNAPSHOT_CONTAINER or to OFFBOARDING_SNAPSHOT_FOLDER, and not to both"
        )
    return found
