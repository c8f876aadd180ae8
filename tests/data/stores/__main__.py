"""Write the stores of this version."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

from local.world.world import World
from shared.adapters.stores.sqlite import SqliteStore
from shared.ports.store import Change, Live
from shared.snapshots.lines import Copy, add, lines_of
from shared.version import VERSION
from tests.data.stores import CUSTOMER, FOLDER, POINTS, reached


def main() -> None:
    """One dump for each point."""
    for point in POINTS:
        world = World(CUSTOMER)
        reached(point, world)
        with TemporaryDirectory() as folder:
            file = Path(folder) / "store.sqlite3"
            _fill(SqliteStore(file), world)
            with sqlite3.connect(file) as db:
                lines = "".join(f"{line}\n" for line in db.iterdump())
            db.close()
        target = FOLDER / VERSION / f"{point.name}.sql"
        target.parent.mkdir(exist_ok=True)
        target.write_text(lines, encoding="utf-8")


def _fill(store: SqliteStore, world: World) -> None:
    for head in world.all():
        copies: dict[str, Copy] = {}
        for line in lines_of(world.store, head):
            add(json.loads(line.text), copies, {})
        copy = copies[head.id]
        live = Live.TAKE if head.customer is not None else Live.KEEP
        beside = (tuple(copy.holdings), tuple(copy.timeline), tuple(copy.outbox))
        store.commit(Change(copy.head, None, *beside, live=live, evidence=tuple(copy.entries())))
    store.close()


if __name__ == "__main__":
    main()
