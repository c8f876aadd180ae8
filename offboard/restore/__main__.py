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
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from offboard.doctor.__main__ import say
from offboard.doctor.given import given_settings, what_to_do
from offboard.doctor.references import for_the_record_alone, resolved
from offboard.operate.shown import Shown
from shared.composition.assembly import build, evidence_export, evidence_shelf, seal_reader, snapshot_shelf
from shared.composition.settings import Settings, read_settings
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, RemoteError, SettingsError
from shared.domain.people.actor import known_by_name
from shared.domain.wording import count_of, first_of, stamp_to_the_second
from shared.ports.shelf import Shelf
from shared.snapshots.manifest import Manifest, SnapshotError, newest_first, read_manifest
from shared.snapshots.put_back import Report, Restore
from shared.snapshots.signed import Snapshot, open_snapshot
from shared.snapshots.take import take_snapshot
from shared.snapshots.verify import verify

NEWEST = "newest"
OLD = 2
"""Days after which it is told: as late as the doctor does."""
SHOWN = 20
UNSIGNED = (
    "whoever can write to the place of the snapshots may have made it up. Nothing of it acts, and all of it waits for "
    "a person (record_unsigned). Compare each offboarding with what its sender has before you resume it."
)


def main(
    arguments: list[str] | None = None, *, environment: Mapping[str, str] = os.environ, ask: TextIO | None = None
) -> int:
    """List, take, check or put back, and say in the exit code what became of it."""
    options = _parser().parse_args(arguments)
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        given = for_the_record_alone(given_settings(options.settings, environment))
        settings = read_settings(resolved(given), from_outside=True)
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
        return _list(shelf, out)
    if options.take:
        services, export = build(settings), evidence_export(settings)
        signer = export.signer if export is not None else None
        out.line(_line(take_snapshot(services.store, shelf, services.clock, signer)))
        return 0
    seals = seal_reader(settings, _keys(options.key))
    name = _chosen(shelf, options.snapshot)
    snapshot = open_snapshot(shelf, name, seals, accept_unsigned=options.accept_unsigned)
    for line in _warnings(snapshot):
        say(line)
    if options.check:
        verify(shelf, snapshot.manifest)
        out.line(_line(snapshot.manifest))
        say("Every file is there and is what was written.")
        return 0
    if not options.yes and not _agreed(snapshot.manifest, settings, ask):
        say("restore: nothing was changed.")
        return 1
    by = known_by_name(options.by)
    restore = Restore(build(settings), shelf, by, evidence_shelf(settings), options.missing_only, seals)
    for line in _told(restore.run(snapshot), snapshot):
        out.line(line)
    return 0


def _list(shelf: Shelf, out: Shown) -> int:
    """All of them: one that somebody broke hides no other."""
    code = 0
    for name in newest_first(shelf):
        try:
            out.line(_line(read_manifest(shelf, name)))
        except SnapshotError as error:
            say(f"restore: refused: {error}.")
            code = 1
    return code


def _keys(files: list[Path]) -> list[bytes]:
    try:
        return [file.read_bytes() for file in files]
    except OSError as error:
        raise SettingsError(f"--key {error.filename}: {error.strerror}") from None


def _chosen(shelf: Shelf, name: str | None) -> str:
    """Never an older one in the place of the newest, whatever is the matter with that: who asks decides."""
    if name != NEWEST and name is not None:
        return name
    newest = next(newest_first(shelf), None)
    if newest is None:
        raise SnapshotError("there is no whole snapshot")
    return newest


def _warnings(snapshot: Snapshot) -> list[str]:
    """Who signed it, and how old it is: a signature does not say that there was no newer one."""
    name, taken = snapshot.manifest.name, snapshot.manifest.clock
    told = [f"Signed by {snapshot.key_id}."] if snapshot.key_id else [f"{name} is NOT SIGNED: {UNSIGNED}"]
    days = (datetime.now(UTC) - taken).days
    if days >= OLD:
        told.append(
            f"{name} is {days} days old, and one is taken each day. If none is newer, newer ones were never taken or "
            "somebody deleted them: look at the deleted files and versions of the container before you go on."
        )
    return told


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


def _told(report: Report, snapshot: Snapshot) -> list[str]:
    code = ReasonCode.RECORD_RESTORED if snapshot.key_id else ReasonCode.RECORD_UNSIGNED
    lines = [
        f"{count_of(report.held, 'offboarding waits', 'offboardings wait')} for a person ({code.value})",
        f"{count_of(report.ended, 'offboarding has', 'offboardings have')} ended since, as the evidence says",
        f"{count_of(report.finished, 'offboarding')} had ended when the snapshot was taken",
    ]
    if report.differs:
        found = count_of(len(report.differs), "offboarding does", "offboardings do")
        lines.append(
            f"{found} not agree with the evidence: nothing of that is carried out, and it can only be withdrawn "
            f"({ReasonCode.RECORD_DIFFERS.value}): {first_of(report.differs, SHOWN)}"
        )
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
    parser.add_argument(
        "--key",
        type=Path,
        action="append",
        default=[],
        metavar="PEM",
        help="also trust this public key, as evidence of another vault is signed; may be repeated",
    )
    parser.add_argument(
        "--accept-unsigned",
        action="store_true",
        help="take a snapshot that no known key signed: it may be made up, and all of it waits for a person",
    )
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
