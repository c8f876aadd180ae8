"""Worlds whose record is lost and put back from an earlier snapshot, while the tenant and the clock went on."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from local.world.crash import CrashError, CrashPoints
from local.world.store import MemoryStore
from local.world.world import World
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.ports.shelf import Shelf
from shared.snapshots.manifest import Manifest
from shared.snapshots.put_back import Report, Restore
from shared.snapshots.take import take_snapshot
from tests.functional.people import OPERATOR


class LosingWorld(World):
    """Evidence of what was lost is not in the store any more, so it is not compared with the journal at rest."""

    at_rest: ClassVar = []


def shelf_in(folder: Path) -> FolderShelf:
    return FolderShelf(folder / "snapshots")


def snapshot(world: World, shelf: Shelf) -> Manifest:
    """Taken beside the run: no place of it is one at which the process of the run may die."""
    counted, world.store._crash = world.store._crash, CrashPoints()
    try:
        return take_snapshot(world.store, shelf, world.clock)
    finally:
        world.store._crash = counted


def lose_and_restore(world: World, shelf: Shelf, manifest: Manifest, archive: Shelf | None = None) -> Report:
    """An empty store in the place of the one that was lost; the restore is run again for as long as it is killed."""
    world.store = MemoryStore(world.crash)
    for _ in range(3):
        world.services = world._start()
        try:
            return Restore(world.services, shelf, OPERATOR, archive).run(manifest)
        except CrashError:
            world.restarts += 1
            world.crash.at = None
    raise AssertionError("it was killed once")
