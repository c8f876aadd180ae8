"""`python -m offboard.restore`: put the record back from a snapshot. The app is stopped meanwhile (docs/operations.md).

Exit code 0: done; 1: refused, nothing was changed; 2: settings or usage; 3: not reachable, or cut off: run it again;
130: Ctrl-C: run it again.
"""

from __future__ import annotations

import argparse
import getpass
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from offboard.doctor.__main__ import say
from offboard.doctor.given import given_settings, what_to_do
from offboard.doctor.references import resolved
from offboard.operate.shown import Shown
from shared.composition.assembly import build, evidence_shelf, snapshot_shelf
from shared.composition.settings import Settings, read_settings
from shared.domain.errors import ConcurrencyConflictError, RemoteError, SettingsError
from shared.domain.people.actor import known_by_name
from shared.domain.wording import count_of, stamp_to_the_second
from shared.ports.shelf import Shelf
from shared.snapshots.manifest import Manifest, SnapshotError, newest_first, read_manifest
from shared.snapshots.put_back import Report, Restore
from shared.snapshots.take import take_snapshot
from shared.snapshots.verify import verify

NEWEST = "newest"


def main(
    arguments: list[str] | None = None, *, environment: Mapping[str, str] = os.environ, ask: TextIO | None = None
) -> int:
    """List, take, check or put back, and say in the exit code what became of it."""
    options = _parser().parse_args(arguments)
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        settings = read_settings(resolved(given_settings(options.settings, environment)), from_outside=True)
        shelf = snapshot_shelf(settings)
        if shelf is None:
            say(
                "restore: no place for snapshots is set (OFFBOARDING_SNAPSHOT_CONTAINER or OFFBOARDING_SNAPSHOT_FOLDER)"
            )
            return 2
        return _carry_out(options, settings, shelf, ask or sys.stdin)
    except SettingsError as error:
        say(f"restore: {error}\n{what_to_do(error, options.settings)}")
        return 2
    except SnapshotError as error:
        say(f"restore: refused: {error}. Nothing was changed.")
        return 1
    except (RemoteError, ConcurrencyConflictError) as error:
        say(f"restore: {error}. Run the same command again: it goes on where it was.")
        return 3
    except KeyboardInterrupt:
        say("restore: stopped. Run the same command again: it goes on where it was.")
        return 130


def _carry_out(options: argparse.Namespace, settings: Settings, shelf: Shelf, ask: TextIO) -> int:
    out = Shown(sys.stdout)
    if options.list:
        for name in newest_first(shelf):
            out.line(_line(read_manifest(shelf, name)))
        return 0
    if options.take:
        services = build(settings)
        out.line(_line(take_snapshot(services.store, shelf, services.clock)))
        return 0
    manifest = _chosen(shelf, options.snapshot)
    if options.check:
        verify(shelf, manifest)
        out.line(_line(manifest))
        say("Every file is there and is what was written.")
        return 0
    if not options.yes and not _agreed(manifest, settings, ask):
        say("restore: nothing was changed.")
        return 1
    by = known_by_name(options.by)
    restore = Restore(build(settings), shelf, by, evidence_shelf(settings), options.missing_only)
    for line in _told(restore.run(manifest)):
        out.line(line)
    return 0


def _chosen(shelf: Shelf, name: str | None) -> Manifest:
    if name != NEWEST and name is not None:
        return read_manifest(shelf, name)
    newest = next(newest_first(shelf), None)
    if newest is None:
        raise SnapshotError("there is no whole snapshot")
    return read_manifest(shelf, newest)


def _agreed(manifest: Manifest, settings: Settings, ask: TextIO) -> bool:
    store = settings.store
    place = store.sqlite_file or store.table_endpoint or "the tables of the connection string"
    say(_line(manifest))
    say(f"It is put back into {place}. The app must be stopped. What is not finished then waits for a person, and the")
    say("kill switch is held. Type the snapshot's name to go on:")
    return ask.readline().strip() == manifest.name


def _line(manifest: Manifest) -> str:
    held = count_of(manifest.counts.get("offboarding", 0), "offboarding")
    size = sum(part.size for part in manifest.parts)
    taken = stamp_to_the_second(manifest.taken_at)
    return f"{manifest.name}  {taken}  {held}  {size} bytes  version {manifest.version}"


def _told(report: Report) -> list[str]:
    lines = [
        f"{count_of(report.held, 'offboarding waits', 'offboardings wait')} for a person (record_restored)",
        f"{count_of(report.ended, 'offboarding has', 'offboardings have')} ended since, as the evidence says",
        f"{count_of(report.finished, 'offboarding')} had ended when the snapshot was taken",
    ]
    if report.left:
        lines.append(f"{count_of(report.left, 'offboarding was', 'offboardings were')} in the store and not touched")
    if report.known:
        lines.append(f"{count_of(report.known, 'offboarding was', 'offboardings were')} put back by an earlier run")
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="offboard restore",
        description="Puts the record back from a snapshot, into an empty store. Nothing acts because of it.",
        allow_abbrev=False,
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("snapshot", nargs="?", metavar="SNAPSHOT", help=f"its name, or {NEWEST}")
    what.add_argument("--list", action="store_true", help="list the whole snapshots, newest first")
    what.add_argument("--take", action="store_true", help="take one now")
    parser.add_argument("--check", action="store_true", help="read all of it, and change nothing")
    parser.add_argument("--missing-only", action="store_true", help="into a store that is in use: add what it has not")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--by", default=getpass.getuser(), metavar="NAME", help="who does it, for the record")
    parser.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="the app settings, as local.settings.json or as az lists them; default: environment",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
