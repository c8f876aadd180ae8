"""The operators' command.

    offboard doctor [--settings FILE] [--json]   look at sign-in, role, queues and store; changes nothing
    offboard doctor --url URL                    the same of the running app, and mode, policy, timers, what is late
    offboard consent [--settings FILE]           sign in with MFA and store the refresh token
    offboard verify-evidence FILE [--key PEM]    check the evidence of an offboarding; needs nothing but the file

    offboard list [--status S,...]               offboardings, newest first
    offboard show ID                             one offboarding
    offboard evidence ID [-o FILE]               its evidence
    offboard report ID [-o FILE] [--csv]         its report: a page, or its holdings as a table
    offboard approve ID --reason TEXT            show the plan, ask, approve it (--yes --digest D: do not ask)
    offboard reject ID --reason TEXT             reject the plan
    offboard withdraw ID --reason TEXT           call it off
    offboard resume ID --reason TEXT             go on when the cause is gone
    offboard override ID BLOCKER_KEY --reason T  say that what blocks has ended, where it is not understood
    offboard reschedule ID --not-before T --reason T  another start, or now
    offboard brake [show|hold|release]           the kill switch; --reason TEXT to move it
    offboard redrive --reason TEXT               set going again what the queues have given up

The second group works over HTTP: --url or OFFBOARDING_URL, and OFFBOARDING_TOKEN (a person) or OFFBOARDING_KEY (a
program) in the environment; --json prints what the API answers. offboard COMMAND --help has examples.

    offboard --version

In a checkout: python3 dev.py offboard doctor. Exit codes: those of the command; 2 for a command that is not known.
Over HTTP: 0 done, 1 refused, 2 usage, 3 not reachable.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from offboard.consent.__main__ import main as consent
from offboard.doctor.__main__ import main as doctor
from offboard.operate.__main__ import main as operate
from offboard.operate.arguments import COMMANDS as OVER_HTTP
from offboard.verify_evidence import main as verify_evidence
from shared.version import VERSION


def _over_http(name: str, arguments: list[str]) -> int:
    return operate([name, *arguments])


COMMANDS: Mapping[str, Callable[[list[str]], int]] = MappingProxyType(
    {
        "doctor": doctor,
        "consent": consent,
        "verify-evidence": verify_evidence,
        **{name: partial(_over_http, name) for name in OVER_HTTP},
    }
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command with the arguments that follow its name."""
    given = sys.argv[1:] if arguments is None else arguments
    name, rest = (given[0] if given else "--help"), given[1:]
    if name in ("-h", "--help", "help"):
        sys.stdout.write((__doc__ or "").strip() + "\n")
        return 0
    if name == "--version":
        sys.stdout.write(f"offboard {VERSION}\n")
        return 0
    command = COMMANDS.get(name)
    if command is None:
        close = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(COMMANDS)}"
        sys.stderr.write(f"offboard: unknown command {name!r}; {hint} (offboard --help)\n")
        return 2
    return command(rest)


if __name__ == "__main__":
    sys.exit(main())
