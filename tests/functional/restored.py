"""Worlds whose record is lost and put back from an earlier snapshot, while the tenant and the clock went on."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from local.world.crash import CrashError, CrashPoints
from local.world.store import MemoryStore
from local.world.world import World
from shared.adapters.evidence.file_signer import FileSigner
from shared.adapters.evidence.trust import Trust
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.ports.shelf import Shelf
from shared.snapshots.manifest import Manifest
from shared.snapshots.put_back import Report, Restore
from shared.snapshots.signed import Snapshot, open_snapshot
from shared.snapshots.take import take_snapshot
from tests.functional.people import OPERATOR


class LosingWorld(World):
    """Evidence of what was lost is not in the store any more, so it is not compared with the journal at rest."""

    at_rest: ClassVar = []


class KeyedShelf(FolderShelf):
    """Snapshots in a folder, and the key that signs them beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "snapshots")
        self.signer = FileSigner(folder / "key.pem")
        self.seals = Trust(self.signer)

    def trusted(self, manifest: Manifest) -> Snapshot:
        found = open_snapshot(self, manifest.name, self.seals)
        assert found.key_id
        return found


def shelf_in(folder: Path) -> KeyedShelf:
    return KeyedShelf(folder)


def snapshot(world: World, shelf: KeyedShelf) -> Manifest:
    """Taken beside the run: no place of it is one at which the process of the run may die."""
    counted, world.store._crash = world.store._crash, CrashPoints()
    try:
        return take_snapshot(world.store, shelf, world.clock, shelf.signer)
    finally:
        world.store._crash = counted


def lose_and_restore(
    world: World, shelf: KeyedShelf, manifest: Manifest, archive: Shelf | None = None, *, accept_unsigned: bool = False
) -> Report:
    """An empty store in the place of the one that was lost; the restore is run again for as long as it is killed."""
    world.store = MemoryStore(world.crash)
    for _ in range(3):
        world.services = world._start()
        try:
            found = open_snapshot(shelf, manifest.name, shelf.seals, accept_unsigned=accept_unsigned)
            return Restore(world.services, shelf, OPERATOR, archive, seals=shelf.seals).run(found)
        except CrashError:
            world.restarts += 1
            world.crash.at = None
    raise AssertionError("it was killed once")
