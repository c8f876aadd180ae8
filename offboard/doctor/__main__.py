"""`python -m offboard.doctor`: is everything there that the pipeline needs?

Exit code 0: yes; 1: problems, or refused; 2: settings or usage; 3: with --url, not reachable.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import requests

from offboard.doctor.given import given_settings, what_to_do
from offboard.doctor.login import from_a_desk
from offboard.doctor.references import resolved
from offboard.doctor.remote import ask, findings_of
from offboard.operate.failures import RefusedError, UnreachableError, UsageError
from offboard.operate.shown import Shown
from shared.adapters.clock import SystemClock
from shared.adapters.http.transport import pooled_session
from shared.adapters.service_bus import EntityNames
from shared.composition.assembly import bus_client, open_store
from shared.composition.connections import connect, vault_of
from shared.composition.doctor.checks import run_checks
from shared.composition.doctor.platform import unreachable
from shared.composition.doctor.probe import Finding, Probe
from shared.composition.doctor.report import as_json, lines
from shared.composition.settings import Settings, read_settings
from shared.domain.errors import SettingsError


def main(
    arguments: list[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    session: requests.Session | None = None,
) -> int:
    """Look, print, and say in the exit code whether all is well."""
    options = _parser().parse_args(arguments)
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    if options.url is not None:
        return _from_afar(options, environment, session)
    try:
        settings = read_settings(resolved(given_settings(options.settings, environment)), from_outside=True)
        findings = run_checks(from_a_desk(), probe_of(settings))
    except SettingsError as error:
        say(f"doctor: {error}\n{what_to_do(error, options.settings)}")
        return 2
    return _tell(findings, as_json(findings) if options.json else None)


def _from_afar(options: argparse.Namespace, environment: Mapping[str, str], session: requests.Session | None) -> int:
    try:
        found = ask(options.url, environment, session)
    except UsageError as error:
        say(f"doctor: {error}")
        return 2
    except RefusedError as error:
        say(f"doctor: refused: {error.cause}\n{error.consequence}\nWhat to do: {error.action}")
        return 1
    except UnreachableError as error:
        say(f"doctor: {error}")
        return 3
    return _tell(findings_of(found), json.dumps(found, indent=2) if options.json else None)


def _tell(findings: Sequence[Finding], as_it_is: str | None) -> int:
    out = Shown(sys.stdout)
    for line in (as_it_is or lines(findings)).split("\n"):
        out.line(line)
    return 0 if all(finding.ok for finding in findings) else 1


def say(text: str) -> None:
    """Refusals go to stderr; what of them would move the cursor is taken out."""
    for line in text.split("\n"):
        Shown(sys.stderr).line(line)
    sys.stderr.flush()


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
        prog="offboard doctor",
        description="Looks at everything the pipeline needs. Changes nothing.",
        epilog="With neither: what OFFBOARDING_URL names, or else the settings in the environment. "
        "With --url, OFFBOARDING_TOKEN is the token of a person with the role Offboarding.Read or .Operate.",
        allow_abbrev=False,
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--settings",
        type=Path,
        metavar="FILE",
        help="the app settings, as local.settings.json or as az lists them; env: the environment",
    )
    where.add_argument("--url", metavar="URL", help="ask the running app, which looks with its own identity")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
