"""`python -m offboard.operate COMMAND`: one command over HTTP.

Exit code 0: done; 1: refused; 2: usage; 3: not reachable; 130: Ctrl-C.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Mapping
from typing import TextIO

import requests

from offboard.operate.actions import Desk
from offboard.operate.api import Api, RefusedError, UnreachableError, UsageError
from offboard.operate.arguments import COMMANDS, parser_of
from shared.domain.wording import plain

DONE, REFUSED, USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130


def main(
    arguments: list[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    session: requests.Session | None = None,
    ask: TextIO | None = None,
) -> int:
    """Run the command that is named first."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] not in COMMANDS:
        _say(f"offboard: a command is needed, one of {', '.join(COMMANDS)}")
        return USAGE
    name = given[0]
    options = parser_of(name).parse_args(given[1:])
    try:
        _check(name, options)
        desk = Desk(Api(options.url, environment, session), options, sys.stdout, sys.stderr, ask or sys.stdin)
        COMMANDS[name].work(desk)
        sys.stdout.flush()
    except UsageError as error:
        _say(f"offboard {name}: {error}")
        return USAGE
    except RefusedError as error:
        if options.json and error.answer is not None:
            sys.stdout.write(json.dumps(error.answer, indent=2) + "\n")
        _say(f"offboard {name}: refused: {error.cause}")
        _say(error.consequence)
        _say(f"What to do: {error.action}")
        return REFUSED
    except UnreachableError as error:
        _say(f"offboard {name}: {error}")
        return UNREACHABLE
    except BrokenPipeError:
        # Whoever read has enough. What is left in the buffer must not be written at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        _say(f"offboard {name}: stopped; look with `offboard show` or `offboard brake` how far it got")
        return INTERRUPTED
    return DONE


def _check(name: str, options: Namespace) -> None:
    if name == "approve" and options.yes and not options.digest:
        raise UsageError("--yes needs --digest D, the digest of the plan that somebody has seen (offboard show ID)")
    if name == "brake" and options.move != "show" and not options.reason.strip():
        raise UsageError(f"brake {options.move} needs --reason TEXT")


def _say(text: str) -> None:
    sys.stderr.write(plain(text) + "\n")


if __name__ == "__main__":
    sys.exit(main())
