"""`python -m offboard.doctor`: is everything there that the pipeline needs? Exit code 0 yes, 1 problems, 2 settings."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from offboard.doctor.given import given_settings, what_to_do
from shared.adapters.clock import SystemClock
from shared.adapters.http.transport import pooled_session
from shared.adapters.service_bus import EntityNames
from shared.composition.bootstrap import bus_client, open_store
from shared.composition.connections import connect, vault_of
from shared.composition.doctor.checks import examine
from shared.composition.doctor.platform import unreachable
from shared.composition.doctor.probe import Probe
from shared.composition.doctor.report import as_json, lines
from shared.composition.settings import Settings, read_settings
from shared.domain.errors import SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Look, print, and say in the exit code whether all is well."""
    options = _parser().parse_args(arguments)
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        settings = read_settings(given_settings(options.settings, os.environ), from_outside=True)
        findings = examine(probe_of(settings))
    except SettingsError as error:
        sys.stderr.write(f"doctor: {error}\n{what_to_do(error, options.settings)}\n")
        return 2
    sys.stdout.write((as_json(findings) if options.json else lines(findings)) + "\n")
    return 0 if all(finding.ok for finding in findings) else 1


def probe_of(settings: Settings) -> Probe:
    """The parts of the application that `settings` describe."""
    clock = SystemClock(settings.clock_file)
    return Probe(
        settings=settings,
        connections=connect(settings, pooled_session(4), clock, vault_of(settings)),
        store=open_store(settings),
        machine=clock.machine,
        queues=lambda: unreachable(lambda: bus_client(settings), EntityNames()),
        outside=True,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="offboard doctor", description="Looks at everything the pipeline needs. Changes nothing."
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="local.settings.json with the app settings; default: environment"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
