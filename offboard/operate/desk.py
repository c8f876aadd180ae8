"""Desk: where a command works. Data goes to stdout, words to stderr, and questions to whoever sits there."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlencode

import requests
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from offboard.operate.api import URL, Answer, Api, offboarding
from offboard.operate.exits import Exit
from offboard.operate.failures import RefusedError, UnreachableError, UsageError
from offboard.operate.local_stack import local_environment
from offboard.operate.shown import Shown
from shared.contracts.request import REQUEST_ID
from shared.domain.offboarding.states import TERMINAL
from shared.domain.wording import first_of, plain

LIST = "/api/offboardings"


@dataclass(frozen=True, slots=True)
class Around:
    """The edge of the process, as a test replaces it. `pause` takes seconds."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    session: requests.Session | None = None
    ask: TextIO = field(default_factory=lambda: sys.stdin)
    pause: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """The options that every command has, and what they lead to."""

    around: Around
    url: str = ""
    local: bool = False
    who: str = ""
    json: bool = False
    quiet: bool = False

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """That of the process; with --local its address and identity are those of the local stack."""
        around = self.around.environment
        if not self.local:
            if self.who:
                raise UsageError("--as chooses among the people of the local stack; it needs --local")
            return around
        ours = ("OFFBOARDING_TOKEN", "OFFBOARDING_KEY", URL)
        return {name: value for name, value in around.items() if name not in ours} | dict(
            local_environment(self.who, around)
        )

    @cached_property
    def api(self) -> Api:
        return Api(self.url, self.environment, self.around.session, self.around.pause)

    @property
    def people(self) -> Shown:
        """Where people read; with --json stdout is for programs."""
        return Shown(sys.stderr if self.json else sys.stdout, self.around.environment)

    def tell(self, found: Any) -> bool:
        """With --json what the API answered, and True."""
        if self.json:
            sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return self.json

    def say(self, text: str) -> None:
        """Words for people."""
        if not self.quiet:
            Shown(sys.stderr, self.around.environment).line(text)

    def next(self, *words: str) -> None:
        """Suggest the command that usually follows."""
        where = f"--local{f' --as {self.who}' if self.who else ''} " if self.local else ""
        self.say(f"Next: {' or '.join(f'offboard {where}{one}' for one in words)}")

    def find(self, identity: str, *, by_domain: bool = False) -> tuple[dict[str, Any], str]:
        """An offboarding by its id, or by that of its request, and its ETag; `by_domain`: or the newest of a customer,
        for looking alone. Raises RefusedError where none is so."""
        path = offboarding(identity)
        try:
            answer = self.api.get(path)
        except RefusedError as error:
            if error.exit is not Exit.NOT_FOUND or not re.fullmatch(REQUEST_ID, identity):
                raise
            other = self._of_request(identity) or (self._of_domain(identity) if by_domain else None)
            if other is None:
                advice = self._ids_of(identity) or _advice(identity)
                raise RefusedError(error.cause, error.consequence, advice, error.answer, 404) from None
            answer = other
        found = answer.json
        if not isinstance(found, dict) or "offboardingId" not in found:
            raise UnreachableError(f"the answer is no offboarding; check --url or {URL}")
        return found, answer.etag

    def _of_request(self, request_id: str) -> Answer | None:
        items = self.api.get(f"{LIST}?{urlencode({'requestId': request_id})}").json.get("items") or ()
        found = next((str(item.get("offboardingId")) for item in items), "")
        return self.api.get(offboarding(found)) if found else None

    def _of_domain(self, domain: str) -> Answer | None:
        """The newest of the customer with this domain, which is said: there may be older ones."""
        of_it = self._with_domain(domain)
        if not of_it:
            return None
        found = str(of_it[0]["offboardingId"])
        older = f" of {len(of_it)} (offboard list --text {domain} shows them)" if len(of_it) > 1 else ""
        self.say(f"{domain} is a domain: this is its newest offboarding, {found}{older}.")
        return self.api.get(offboarding(found))

    def _with_domain(self, domain: str) -> Sequence[Mapping[str, Any]]:
        """The newest first, of the newest 200 that have it in their words."""
        if "." not in domain:
            return ()
        query = urlencode({"text": domain, "limit": 200})
        items = self.api.get(f"{LIST}?{query}").json.get("items") or ()
        return [item for item in items if _domain(item) == domain.casefold()]

    def _ids_of(self, domain: str) -> str:
        """Which id to give in place of a domain: what is decided is decided about one, never about the newest."""
        of_it = self._with_domain(domain)
        live = [item for item in of_it if item.get("status") not in TERMINAL]
        if not of_it:
            return ""
        if not live:
            return f"{domain} is a domain, and no offboarding of it is live: offboard list --text {domain} shows them."
        named = first_of([f"{item.get('offboardingId')} ({item.get('status')})" for item in live], most=5)
        return f"{domain} is a domain, and this needs the id of an offboarding. Live is {named}."

    def id_of(self, identity: str, *, by_domain: bool = False) -> str:
        """The offboarding id of whatever `find` takes."""
        return str(self.find(identity, by_domain=by_domain)[0]["offboardingId"])

    @property
    def asks(self) -> bool:
        """Whether somebody sits there."""
        return self.around.ask.isatty()

    def confirm(self, wanted: str, given: str, what: str) -> None:
        """Have `wanted` typed, or given by --confirm. Raises UsageError or RefusedError; nothing was sent then."""
        if given:
            if given.strip().casefold() != wanted.casefold():
                raise UsageError(f"--confirm is {given}, and this is about {wanted}; nothing was sent")
            return
        if not self.asks:
            raise UsageError(
                f"nobody can be asked here: give --confirm '{wanted}' to {what}. --dry-run shows what would be sent"
            )
        # Asked in spite of --quiet: a question is no comment.
        sys.stdout.flush()
        sys.stderr.write(plain(f"This cannot be undone. Type {wanted} to {what}: "))
        sys.stderr.flush()
        if self.around.ask.readline().strip().casefold() != wanted.casefold():
            raise RefusedError("not confirmed", "Nothing was sent.", "Run it again when you have decided.")

    @contextmanager
    def progress(self, text: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Shows how far something is: a bar on a terminal, one line elsewhere. The function takes how much is done."""
        if self.quiet or not sys.stderr.isatty():
            self.say(f"{text} …")
            yield _unseen
            return
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False))
        bar = (BarColumn(), MofNCompleteColumn()) if total is not None else ()
        colour = not self.around.environment.get("NO_COLOR")
        console = Console(file=sys.stderr, no_color=not colour, highlight=False)
        with Progress(*columns, *bar, console=console, transient=True) as shown:
            task = shown.add_task(plain(text), total=total)
            yield lambda done: shown.update(task, completed=done)


def _domain(item: Mapping[str, Any]) -> str:
    return str((item.get("customer") or {}).get("domain") or "").casefold()


def _advice(identity: str) -> str:
    return f"Find the id with offboard list --text {identity}, and check --url or {URL}."


def _unseen(_: int) -> None:
    """Progress that nobody looks at."""


def save(content: bytes, output: str, desk: Desk) -> None:
    """To stdout, or into a new file."""
    if not output:
        sys.stdout.flush()
        getattr(sys.stdout, "buffer").write(content)  # noqa: B009 - a replaced stream may have none
        return
    try:
        with Path(output).open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    desk.say(f"Written to {output}.")
