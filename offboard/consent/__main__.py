"""`python -m offboard.consent`: sign in with a device code and store the refresh token.

Exit code 0: stored and everything readable; 1: something is missing; 2: settings; 130: Ctrl-C.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path

from offboard.consent.sign_in import Consented, consent
from offboard.doctor.__main__ import probe_of, say
from offboard.doctor.given import given_settings, what_to_do
from offboard.doctor.login import login
from offboard.doctor.references import resolved
from offboard.operate.shown import Shown
from shared.adapters.clock import SystemClock
from shared.adapters.entra.device_code import DeviceCodeSignIn
from shared.adapters.http.transport import pooled_session
from shared.composition.connections import connect, vault_of
from shared.composition.doctor.report import lines
from shared.composition.doctor.trouble import trouble
from shared.composition.settings import Settings, read_settings
from shared.composition.settings.table import SCHEDULES
from shared.domain.errors import RemoteError, SettingsError

CONSENT_COMMAND = "python3 dev.py consent"
UNUSED = {
    "OFFBOARDING_STORE": "sqlite",
    "OFFBOARDING_SQLITE_FILE": ":memory:",
    "ServiceBus": "unused",
    "OFFBOARDING_NOTIFY_RULES": "",
    "OFFBOARDING_NOTIFY_HOSTS": "",
    **{row.name: "0 0 0 * * *" for row in SCHEDULES.rows},
}
"""The consent needs neither store, queues, timers nor anybody who is told, so on a desk they need not be set."""


def main(arguments: list[str] | None = None) -> int:
    """Sign in, report, and say in the exit code whether all is well."""
    options = _parser().parse_args(arguments)
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        given = resolved(given_settings(options.settings, os.environ))
        settings = read_settings({**given, **UNUSED}, from_outside=True)
        for problem in login(settings).problems:
            # Before anybody signs in: what that gives could not be stored.
            say(f"consent: {problem.text}")
            return 1
        done = _consent(settings)
    except SettingsError as error:
        say(f"consent: {error}\n{what_to_do(error, options.settings)}")
        return 2
    except RemoteError as error:
        problem = trouble("consent", error, "Nothing was stored", settings, CONSENT_COMMAND)
        say(f"consent: {problem.cause}. Nothing was stored. What to do: {problem.action}.")
        return 1
    except KeyboardInterrupt:
        say("consent: stopped; nothing was stored.")
        return 130
    where = (
        settings.sign_in.refresh_token_file
        or f"{settings.sign_in.key_vault_url} ({settings.sign_in.refresh_token_name})"
    )
    for line in lines(done.findings).split("\n"):
        Shown(sys.stdout).line(line)
    say(f"Signed in as {done.user or 'an unnamed user'}.")
    say(f"The refresh token is stored in {where}." if done.stored else "The refresh token was NOT stored: see above.")
    return 0 if done.stored and all(finding.ok for finding in done.findings) else 1


def _consent(settings: Settings) -> Consented:
    clock, session = SystemClock(settings.clock_file), pooled_session(4)
    vault = vault_of(settings)
    connections = connect(settings, session, clock, vault)
    sign_in = DeviceCodeSignIn(connections.login_http, connections.application)
    return consent(
        sign_in,
        vault,
        lambda held: replace(probe_of(settings), connections=connect(settings, session, clock, held)),
        clock.machine,
        say,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="offboard consent", description="Sign in with MFA, and store the refresh token."
    )
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help="local.settings.json with the app settings; default: environment"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
