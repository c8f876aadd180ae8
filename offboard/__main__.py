"""The operators' command.

    offboard doctor [--settings FILE] [--json]   look at sign-in, role, queues and store; changes nothing
    offboard consent [--settings FILE]           sign in with MFA and store the refresh token
    offboard verify-evidence FILE [--key PEM]    check the evidence of an offboarding; needs nothing but the file
    offboard --version

In a checkout: python3 dev.py offboard doctor. Exit codes: those of the command; 2 for a command that is not known.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import MappingProxyType

from offboard.consent.__main__ import main as consent
from offboard.doctor.__main__ import main as doctor
from offboard.verify_evidence import main as verify_evidence
from shared.version import VERSION

COMMANDS: Mapping[str, Callable[[list[str]], int]] = MappingProxyType(
    {"doctor": doctor, "consent": consent, "verify-evidence": verify_evidence}
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
        sys.stderr.write(f"offboard: unknown command {name!r}; known are {', '.join(COMMANDS)} (offboard --help)\n")
        return 2
    return command(rest)


if __name__ == "__main__":
    sys.exit(main())
