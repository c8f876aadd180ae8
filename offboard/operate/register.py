"""How a command is registered: the options that all of them have, the examples, and what becomes of a failure."""

from __future__ import annotations

import errno
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from itertools import chain
from typing import Annotated, Any, TypeGuard, get_type_hints

import typer

from offboard.operate.desk import Around, Desk
from offboard.operate.exits import Exit
from offboard.operate.failures import NotAllError, RefusedError, UnreachableError, UsageError
from offboard.operate.shown import Shown
from shared.domain.errors import OffboardingError

DEBUG = "OFFBOARDING_DEBUG"
KEYWORD = inspect.Parameter.KEYWORD_ONLY
Url = Annotated[str, typer.Option("--url", metavar="URL", help="address of the pipeline; default: OFFBOARDING_URL")]
Local = Annotated[bool, typer.Option("--local", help="the local stack of dev.py up")]
Who = Annotated[str, typer.Option("--as", metavar="WHO", help="with --local: a role, a name, or key")]
Json = Annotated[bool, typer.Option("--json", help="print what the API answers")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="no comments on stderr")]
COMMON: tuple[tuple[str, Any, object], ...] = (
    ("url", Url, ""),
    ("local", Local, False),
    ("who", Who, ""),
    ("json_too", Json, False),
    ("quiet", Quiet, False),
)


@dataclass(frozen=True, slots=True)
class _Group:
    """Options that several commands share: a dataclass, whose fields are the options."""

    kind: type[Any]

    @property
    def options(self) -> Iterator[inspect.Parameter]:
        hints = get_type_hints(self.kind, include_extras=True)
        for one in fields(self.kind):
            default = inspect.Parameter.empty if one.default is MISSING else one.default
            yield inspect.Parameter(one.name, KEYWORD, default=default, annotation=hints[one.name])

    def taken(self, given: dict[str, Any]) -> Any:
        """The group, of what was given for its options."""
        return self.kind(**{one.name: given.pop(one.name) for one in fields(self.kind)})


def _is_group(annotation: object) -> TypeGuard[type[Any]]:
    return isinstance(annotation, type) and is_dataclass(annotation)


def command(
    app: typer.Typer, name: str, *examples: str, hidden: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function whose first parameter is the Desk; `examples` are what follows "offboard ". A parameter that
    is a dataclass stands for the options that are its fields."""

    def register(work: Callable[..., None]) -> Callable[..., None]:
        def run(**given: Any) -> None:
            context: typer.Context = given.pop("context")
            common = {name: given.pop(name) for name, _, _ in COMMON}
            given |= {name: group.taken(given) for name, group in groups.items()}
            desk = desk_of(context.obj, **common)
            guarded(name, desk, lambda: work(desk, **given))

        own = list(inspect.signature(work, eval_str=True).parameters.values())[1:]
        groups = {one.name: _Group(one.annotation) for one in own if _is_group(one.annotation)}
        run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [
                inspect.Parameter("context", KEYWORD, annotation=typer.Context),
                *chain.from_iterable(
                    groups[one.name].options if one.name in groups else [one.replace(kind=KEYWORD)] for one in own
                ),
                *(inspect.Parameter(name, KEYWORD, default=value, annotation=kind) for name, kind, value in COMMON),
            ]
        )
        shown = "\n".join(f"  offboard {example}" for example in examples)
        help_text = f"{inspect.getdoc(work)}\n\n\b\nExamples:\n{shown}" if examples else inspect.getdoc(work)
        app.command(name, help=help_text, hidden=hidden, short_help=(inspect.getdoc(work) or "").partition("\n")[0])(
            run
        )
        return work

    return register


def desk_of(before: Desk | Around, *, url: str, local: bool, who: str, json_too: bool, quiet: bool) -> Desk:
    """What was said before the command's name counts, unless it is said again."""
    desk = before if isinstance(before, Desk) else Desk(before)
    return replace(
        desk,
        url=url or desk.url,
        local=local or desk.local,
        who=who or desk.who,
        json=json_too or desk.json,
        quiet=quiet or desk.quiet,
    )


def guarded(name: str, desk: Desk, work: Callable[[], None]) -> None:
    """Carry out, and turn every failure into words and an exit code. Raises typer.Exit."""
    try:
        work()
        sys.stdout.flush()
    except typer.Exit:
        raise
    except RefusedError as error:
        if desk.json and error.answer is not None:
            sys.stdout.write(json.dumps(error.answer, indent=2) + "\n")
        _say(desk, f"offboard {name}: refused: {error.cause}", error.consequence, f"What to do: {error.action}")
        raise typer.Exit(error.exit) from None
    except BrokenPipeError:
        raise typer.Exit(_pipe_closed()) from None
    except KeyboardInterrupt:
        _say(desk, f"offboard {name}: stopped; look with `offboard list` or `offboard show` how far it got")
        raise typer.Exit(Exit.INTERRUPTED) from None
    except Exception as error:
        # Windows has its own word for a pipe that nobody reads any more.
        if os.name == "nt" and isinstance(error, OSError) and error.errno == errno.EINVAL:
            raise typer.Exit(_pipe_closed()) from None
        raise typer.Exit(_told(name, desk, error)) from None


def _told(name: str, desk: Desk, error: Exception) -> Exit:
    known = {UsageError: Exit.USAGE, UnreachableError: Exit.UNREACHABLE, NotAllError: Exit.NOT_ALL}
    code = next((code for kind, code in known.items() if isinstance(error, kind)), None)
    if code is not None:
        _say(desk, f"offboard {name}: {error}")
        return code
    if isinstance(error, OffboardingError):
        _say(desk, f"offboard {name}: {error}")
        return Exit.USAGE
    _say(
        desk,
        f"offboard {name}: this is a mistake of the command itself ({type(error).__name__}: {error})",
        "What was sent before it counts: look with `offboard show` or `offboard list`.",
        f"What to do: report it, with what {DEBUG}=1 shows.",
    )
    if desk.around.environment.get(DEBUG):
        traceback.print_exception(error, file=sys.stderr)
    return Exit.BUG


def _pipe_closed() -> Exit:
    """Whoever read has enough. What is left in the buffer must not be written at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.DONE


def _say(desk: Desk, *lines: str) -> None:
    for line in lines:
        Shown(sys.stderr, desk.around.environment).line(line)
