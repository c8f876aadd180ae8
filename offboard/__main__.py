"""The operators' command: offboarding customers from a desk, one or many, over the pipeline's HTTP interface.

    offboard plan CUSTOMER --reason TEXT         what would be done, when, and what it costs; changes nothing
    offboard request CUSTOMER --reason TEXT      ask for it for real (--dry-run, --confirm DOMAIN)
    offboard import customers.xlsx -o plan.xlsx  plan many; then: offboard import --apply plan.xlsx
    offboard export -o list.xlsx                 the list as a table

    offboard list [--status S,...] [--batch ID]  offboardings, newest first
    offboard calendar [--csv] [--ics FILE]       what will happen: windows, terms, removals, approvals (--link)
    offboard show ID                             one offboarding; ID: offboardingId or requestId
    offboard why ID                              what holds it back, and what to do
    offboard watch ID                            follow it until it ends or needs somebody
    offboard report ID [-o FILE] [--csv]         its report: a page, or its holdings as a table
    offboard evidence ID [-o FILE]               its evidence
    offboard verify-evidence FILE [--key PEM]    check that evidence; needs nothing but the file

    offboard approve ID --reason TEXT            show the plan, ask, approve it
    offboard reject ID --reason TEXT             reject the plan
    offboard withdraw ID --reason TEXT           call it off
    offboard reschedule ID --not-before T --reason T  another start, or now
    offboard resume ID --reason TEXT             go on when the cause is gone
    offboard override ID BLOCKER_KEY --reason T  say that what blocks has ended, where it is not understood

    offboard hold --reason TEXT                  the kill switch: nothing is written to any customer
    offboard release --reason TEXT               let go of it (offboard brake shows it)
    offboard redrive --reason TEXT               set going again what the queues have given up
    offboard doctor [--settings FILE] [--json]   look at sign-in, role, queues and store; changes nothing
    offboard doctor [--url URL]                  with it or OFFBOARDING_URL: of the running app, and what is late
    offboard consent [--settings FILE]           sign in with MFA and store the refresh token
    offboard restore SNAPSHOT [--settings FILE]  put the record back from a snapshot (--list, --take, --check)
    offboard completion SHELL                    complete words in bash, zsh, fish or powershell

Where: --url or OFFBOARDING_URL, or --local for the stack of dev.py up. Who: az login and OFFBOARDING_PEOPLE_CLIENT_ID,
or OFFBOARDING_TOKEN (an access token), or OFFBOARDING_KEY (a function key of a program). Data goes to stdout, words to
stderr; --json prints what the API answers. offboard COMMAND --help has examples.

Exit codes: 0 done, 1 refused, 2 usage, 3 not reachable or not now, 4 not signed in or not allowed, 5 not found,
6 changed since it was seen, 7 not all of it, 70 a mistake of the command, 130 Ctrl-C. doctor, consent,
restore and verify-evidence have their own. In a checkout: python3 dev.py offboard COMMAND.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, TextIO

import requests
import typer
from typer._completion_classes import completion_init

from offboard.bulk import importing
from offboard.operate import ask as asking
from offboard.operate import calendar, completion, decide, listing, look, switch
from offboard.operate.api import URL
from offboard.operate.desk import Around, Desk
from offboard.operate.exits import Exit
from offboard.operate.register import Json, Local, Quiet, Url, Who, desk_of, guarded
from offboard.verify_evidence import main as verify_evidence
from shared.version import VERSION

HANDED_OVER = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
"""Of commands that read their own arguments."""


def main(
    arguments: list[str] | None = None,
    *,
    environment: Mapping[str, str] = os.environ,
    session: requests.Session | None = None,
    ask: TextIO | None = None,
    around: Around | None = None,
) -> int:
    """Run one command; returns its exit code, whatever happens."""
    given = sys.argv[1:] if arguments is None else arguments
    edge = around or Around(environment, session, ask or sys.stdin)
    if given[:1] in (["help"], []):
        given = [*given[1:2], "--help"]
    try:
        _built()(args=given, prog_name="offboard", obj=edge)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else Exit.USAGE if ended.code else Exit.DONE
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


@cache
def _built() -> Callable[..., object]:
    """The command as it is called; keeps nothing of a call."""
    return typer.main.get_command(made())


def made() -> typer.Typer:
    """The whole command."""
    completion_init()
    app = typer.Typer(
        name="offboard", help=_help(), rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(_common)
    for part in (asking, importing, listing, calendar, look, decide, switch):
        part.register(app)
    for name, text, work in (
        ("verify-evidence", "Check the evidence of an offboarding; needs nothing but the file.", _evidence),
        ("doctor", "Look at everything that the pipeline needs; changes nothing.", _doctor),
        ("consent", "Sign in with MFA, and store the refresh token.", _consent),
        ("restore", "Put the record back from a snapshot; list and take snapshots.", _restore),
    ):
        _hand_over(app, name, text, work)
    completion.register(app)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"offboard {VERSION}\n")
        raise typer.Exit


def _common(
    context: typer.Context,
    url: Url = "",
    local: Local = False,
    who: Who = "",
    json_too: Json = False,
    quiet: Quiet = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """What may be said before the command's name."""
    context.obj = desk_of(context.obj or Around(), url=url, local=local, who=who, json_too=json_too, quiet=quiet)


def _hand_over(app: typer.Typer, name: str, text: str, work: Callable[[list[str], Desk], int]) -> None:
    def run(context: typer.Context) -> None:
        desk = context.obj if isinstance(context.obj, Desk) else Desk(Around())
        guarded(name, desk, lambda: _ended(work(context.args, desk)))

    app.command(name, help=text, context_settings=HANDED_OVER)(run)


def _ended(code: int) -> None:
    raise typer.Exit(code)


def _evidence(arguments: list[str], _: Desk) -> int:
    return verify_evidence(arguments)


def _doctor(arguments: list[str], desk: Desk) -> int:
    # Both stand on the whole application, which the other commands need not wait for.
    from offboard.doctor.__main__ import main as doctor

    url = desk.environment[URL] if desk.local else desk.url
    if not url and not any(one.partition("=")[0] in {"--url", "--settings"} for one in arguments):
        url = desk.environment.get(URL, "")
    where = ["--url", url] if url else []
    as_json = ["--json"] if desk.json else []
    return doctor([*where, *as_json, *arguments], environment=desk.environment, session=desk.around.session)


def _consent(arguments: list[str], _: Desk) -> int:
    from offboard.consent.__main__ import main as consent

    return consent(arguments)


def _restore(arguments: list[str], desk: Desk) -> int:
    from offboard.restore.__main__ import main as restore

    return restore(arguments, environment=desk.environment, ask=desk.around.ask)


def _help() -> str:
    """The text above as it stands, without the commands, which are listed below it."""
    first, *_, where, codes = (__doc__ or "").strip().split("\n\n")
    return "\n\n".join(f"\b\n{part}" for part in (first, where, codes))


if __name__ == "__main__":
    sys.exit(main())
