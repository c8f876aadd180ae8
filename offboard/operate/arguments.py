"""What may be typed: one parser for each command, with examples."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from offboard.operate import actions
from offboard.operate.actions import Desk
from offboard.operate.api import KEY, TOKEN, URL

COMMON = f"""
{TOKEN} (an access token of a person) or {KEY} (a function key of a
program) says who calls. Both are read from the environment and are never arguments.

exit codes: 0 done, 1 refused (says cause, consequence, what to do), 2 usage, 3 not reachable
"""


@dataclass(frozen=True, slots=True)
class Command:
    """`examples` are what follows "offboard ", with what each is for."""

    about: str
    work: Callable[[Desk], None]
    add: tuple[Callable[[argparse.ArgumentParser], None], ...] = ()
    examples: tuple[str, ...] = ()


def parser_of(name: str) -> argparse.ArgumentParser:
    """The parser of one command."""
    command = COMMANDS[name]
    examples = "".join(f"  offboard {example}\n" for example in command.examples)
    parser = argparse.ArgumentParser(
        prog=f"offboard {name}",
        description=command.about,
        epilog=f"examples:\n{examples}{COMMON}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    for add in command.add:
        add(parser)
    parser.add_argument("--url", default="", metavar="URL", help=f"address of the pipeline; default: {URL}")
    parser.add_argument("--json", action="store_true", help="print what the API answers")
    return parser


def _at_most(most: int) -> Callable[[str], int]:
    """A whole number from 1 on."""

    def number(text: str) -> int:
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {most}")
        return int(text)

    return number


def _id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", help="the offboardingId, or the requestId")


def _reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why, for whoever reads it later")


def _digest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--digest", default="", metavar="D", help="only the plan with this digest (plan.digest)")


def _yes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="do not ask; needs --digest")


def _filters(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--status", default="", metavar="S,...", help="only these, such as needs_attention,waiting")
    parser.add_argument("--customer", default="", metavar="TENANT", help="only of this customer (tenant id)")
    parser.add_argument("--request-id", default="", metavar="R", help="only the one of this request")
    parser.add_argument("--requested-by", default="", metavar="WHO", help="only what this person or system asked for")
    parser.add_argument("--text", default="", metavar="T", help="only where names, domains, ids or reasons contain it")
    parser.add_argument("--updated-since", default="", metavar="TIME", help="only what has changed since (UTC)")
    parser.add_argument("--due-before", default="", metavar="TIME", help="only what is due before (UTC)")
    parser.add_argument(
        "--sort", default="", metavar="ORDER", help="due, customer, updated, created; backwards --sort=-updated"
    )
    parser.add_argument("--limit", type=_at_most(200), default=50, metavar="N", help="so many at a time, 1 to 200 (50)")
    parser.add_argument("--all", action="store_true", help="all of them, page after page")


def _output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", "-o", default="", metavar="FILE", help="a new file; default: stdout")


def _csv(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", action="store_true", help="the holdings as a table; default: a page, HTML")


def _key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("key", metavar="BLOCKER_KEY", help="of the holding that has ended, as whatToDo names it")


def _start(parser: argparse.ArgumentParser) -> None:
    text = f"the new start, such as 2027-01-31T00:00:00Z, or {actions.AT_ONCE}"
    parser.add_argument("--not-before", required=True, metavar="TIME", help=text)


def _move(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("move", nargs="?", choices=("show", "hold", "release"), default="show", help="default: show")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; needed to hold and to release")


def _queue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queue", metavar="NAME", help="only this one, such as offboarding-verify")
    parser.add_argument("--max", type=_at_most(500), metavar="N", help="at most so many, 1 to 500 (100)")


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        "list": Command(
            "List offboardings, newest first unless --sort says otherwise.",
            actions.list_them,
            (_filters,),
            ("list --status needs_attention", "list --sort due --due-before 2027-01-31T00:00:00Z", "list --all --json"),
        ),
        "show": Command("Show one offboarding.", actions.show, (_id,), ("show ID", "show ID --json")),
        "evidence": Command(
            "Print the evidence of one offboarding, for offboard verify-evidence.",
            actions.evidence,
            (_id, _output),
            ("evidence ID -o ID.evidence.jsonl", "evidence ID | head -1"),
        ),
        "report": Command(
            "Print the report of one offboarding: a page to read and keep, or its holdings as CSV.",
            actions.report,
            (_id, _output, _csv),
            ("report ID -o ID.html", "report ID --csv -o ID.csv"),
        ),
        "approve": Command(
            "Show the plan of an offboarding, ask, and approve it.",
            actions.approve,
            (_id, _reason, _digest, _yes),
            ('approve ID --reason "agreed with sales"', 'approve ID --reason "agreed" --yes --digest D'),
        ),
        "reject": Command(
            "Reject the plan of an offboarding.",
            actions.reject,
            (_id, _reason, _digest),
            ('reject ID --reason "too early"',),
        ),
        "withdraw": Command(
            "Call an offboarding off; what it changed is put back.",
            actions.withdraw,
            (_id, _reason),
            ('withdraw ID --reason "the customer stays"',),
        ),
        "resume": Command(
            "Go on with an offboarding that needed a person, when the cause is gone.",
            actions.resume,
            (_id, _reason),
            ('resume ID --reason "case 123: transfer declined"',),
        ),
        "override": Command(
            "Say that what blocks one holding has ended, where the pipeline does not understand it or it has vanished.",
            actions.override,
            (_id, _key, _reason),
            ('override ID KEY --reason "case 123: ended, says Microsoft"',),
        ),
        "reschedule": Command(
            "Give an offboarding another start, before anything was written.",
            actions.reschedule,
            (_id, _start, _reason),
            (
                'reschedule ID --not-before 2027-01-31T00:00:00Z --reason "the customer asked for it"',
                'reschedule ID --not-before now --reason "agreed"',
            ),
        ),
        "brake": Command(
            "Show, hold or release the kill switch: while it is held, nothing is written to any customer.",
            actions.brake,
            (_move,),
            ("brake", 'brake hold --reason "wrong list sent"', 'brake release --reason "list corrected"'),
        ),
        "redrive": Command(
            "Set going again what the queues have given up, when the cause is removed.",
            actions.redrive,
            (_reason, _queue),
            ('redrive --reason "case 123: fixed"', 'redrive --queue offboarding-verify --reason "case 123"'),
        ),
    }
)
