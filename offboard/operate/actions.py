"""What each command does. Whoever changes something has looked first, and says what was seen (If-Match)."""

from __future__ import annotations

import json
import re
import sys
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO
from urllib.parse import urlencode

from offboard.operate.api import Answer, Api, RefusedError, UnreachableError, UsageError, offboarding
from offboard.operate.shown import Shown, show_brake, show_list, show_one, show_plan, show_redriven
from shared.contracts.request import REQUEST_ID

BRAKE = "/api/brake"
LIST = "/api/offboardings"
AT_ONCE = "now"
"""Typed instead of a start: none is waited for."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a command works: the pipeline, what was typed, and the three streams."""

    api: Api
    options: Namespace
    out: TextIO
    err: TextIO
    ask: TextIO

    def tell(self, answer: Answer) -> Any:
        """With --json the answer as it came; the parsed answer either way."""
        found = answer.json
        if self.options.json:
            self.out.write(json.dumps(found, indent=2) + "\n")
        return found

    @property
    def people(self) -> Shown:
        """Where people read; with --json stdout is for programs."""
        return Shown(self.err if self.options.json else self.out)


def show(desk: Desk) -> None:
    """One offboarding."""
    found = desk.tell(_look(desk))
    if not desk.options.json:
        show_one(found, desk.people)


def _look(desk: Desk, rest: str = "", accept: str = "") -> Answer:
    """What is there under the id that was typed: an offboarding's, else that of its request."""
    typed = desk.options.id
    try:
        return desk.api.get(offboarding(typed, rest), accept)
    except RefusedError as error:
        identity = _of_request(desk, typed) if (error.answer or {}).get("code") == "not_found" else ""
        if not identity:
            raise
        return desk.api.get(offboarding(identity, rest), accept)


def _of_request(desk: Desk, request_id: str) -> str:
    """The offboarding of a request; "" for none."""
    if not re.fullmatch(REQUEST_ID, request_id):
        return ""
    items = desk.api.get(f"{LIST}?{urlencode({'requestId': request_id})}").json.get("items") or ()
    return next((str(item.get("offboardingId")) for item in items), "")


def list_them(desk: Desk) -> None:
    """Offboardings, page by page."""
    options = desk.options
    wishes = {
        "status": options.status,
        "customerTenantId": options.customer,
        "requestId": options.request_id,
        "requestedBy": options.requested_by,
        "text": options.text,
        "updatedSince": options.updated_since,
        "dueBefore": options.due_before,
        "sort": options.sort,
        "limit": options.limit,
    }
    path: str | None = f"{LIST}?{urlencode({name: value for name, value in wishes.items() if value})}"
    items: list[Any] = []
    while path:
        page = desk.api.get(path).json
        items += page.get("items") or ()
        path = page.get("next")
        if path is not None and not path.startswith(f"{LIST}?"):
            raise UnreachableError("the list names a next page that is not the pipeline's")
        if not desk.options.all:
            break
    if desk.options.json:
        shown = {"items": items, **({"next": path} if path else {})}
        desk.out.write(json.dumps(shown, indent=2) + "\n")
        return
    show_list(items, desk.people)
    if path:
        desk.err.write("There are more: --all shows all of them.\n")


def evidence(desk: Desk) -> None:
    """The evidence of one offboarding, to stdout or into a new file."""
    _save(desk, _look(desk, "/evidence").content)


def report(desk: Desk) -> None:
    """The report of one offboarding: a page, or its holdings as CSV, to stdout or into a new file."""
    accept = "text/csv" if desk.options.csv else "text/html"
    _save(desk, _look(desk, "/report", accept).content)


def _save(desk: Desk, content: bytes) -> None:
    if not desk.options.output:
        desk.out.flush()
        getattr(desk.out, "buffer", sys.stdout.buffer).write(content)
        return
    try:
        with Path(desk.options.output).open("xb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"{desk.options.output} cannot be written: {error.strerror}") from None
    desk.err.write(f"Written to {desk.options.output}.\n")


def approve(desk: Desk) -> None:
    """Approve the plan that is shown, after a look at it."""
    found, etag, digest = _plan(desk)
    show_plan(found, desk.people)
    if not desk.options.yes and not _confirmed(desk):
        raise RefusedError("not confirmed", "Nothing was sent.", "Run it again when you have decided.")
    _decide(desk, "approve", found, digest, etag)


def reject(desk: Desk) -> None:
    """Reject the plan that is shown."""
    found, etag, digest = _plan(desk)
    _decide(desk, "reject", found, digest, etag)


def _plan(desk: Desk) -> tuple[Mapping[str, Any], str, str]:
    """What waits for a decision, as it is now; never another plan than the one that --digest names."""
    answer = _look(desk)
    found = answer.json
    digest = str((found.get("plan") or {}).get("digest") or "")
    if not digest:
        text = f"offboarding {found.get('offboardingId')} is {found.get('status')} and has no plan yet"
        raise RefusedError(
            text,
            "Nothing was sent.",
            "Only what is awaiting_approval can be decided about; `offboard show` says where it stands.",
        )
    if desk.options.digest and desk.options.digest != digest:
        text = f"the plan is another by now: its digest is {digest}"
        raise RefusedError(
            text, "Nothing was sent.", "Look at the plan with `offboard show`, and decide about it anew."
        )
    return found, answer.etag, digest


def _confirmed(desk: Desk) -> bool:
    if not desk.ask.isatty():
        raise UsageError("nobody can be asked here: give --yes and --digest with the digest of the plan that was seen")
    desk.err.write("Approve this plan? It is carried out then. [y/N] ")
    desk.err.flush()
    return desk.ask.readline().strip().lower() in ("y", "yes")


def _decide(desk: Desk, what: str, found: Mapping[str, Any], digest: str, etag: str) -> None:
    body = {"planDigest": digest, "reason": desk.options.reason}
    _done(desk, desk.api.send("POST", offboarding(str(found.get("offboardingId")), f"/{what}"), body, etag))


def withdraw(desk: Desk) -> None:
    """Call an offboarding off."""
    _say(desk, "withdraw")


def resume(desk: Desk) -> None:
    """Go on with one that needed a person."""
    _say(desk, "resume")


def override(desk: Desk) -> None:
    """Say that one blocker has ended."""
    _say(desk, "overrides", {"blockerKey": desk.options.key})


def reschedule(desk: Desk) -> None:
    """Give it another start."""
    start = desk.options.not_before
    _say(desk, "reschedule", {"notBefore": None if start == AT_ONCE else start})


def _say(desk: Desk, what: str, more: Mapping[str, object] = MappingProxyType({})) -> None:
    seen = _look(desk)
    body = {"reason": desk.options.reason, **more}
    place = offboarding(str(seen.json.get("offboardingId")), f"/{what}")
    _done(desk, desk.api.send("POST", place, body, seen.etag))


def _done(desk: Desk, answer: Answer) -> None:
    found = desk.tell(answer)
    if not desk.options.json:
        show_one(found, desk.people)


def brake(desk: Desk) -> None:
    """Show, hold or release the kill switch."""
    answer = desk.api.get(BRAKE)
    if desk.options.move != "show":
        body = {"held": desk.options.move == "hold", "reason": desk.options.reason}
        answer = desk.api.send("PUT", BRAKE, body, answer.etag)
    found = desk.tell(answer)
    if not desk.options.json:
        show_brake(found, desk.people)


def redrive(desk: Desk) -> None:
    """Have given-up messages dealt with again."""
    wishes = {"reason": desk.options.reason, "queue": desk.options.queue, "max": desk.options.max}
    body = {name: value for name, value in wishes.items() if value is not None}
    found = desk.tell(desk.api.send("POST", "/api/dead-letters/redrive", body))
    if not desk.options.json:
        show_redriven(found, desk.people)
