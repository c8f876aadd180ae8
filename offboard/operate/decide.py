"""What people decide about one offboarding. Whoever changes something has looked first, and says what was seen
(If-Match)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from offboard.operate.api import offboarding
from offboard.operate.arguments import Confirm, Digest, DryRun, Id, Reason, moment_of
from offboard.operate.desk import Desk
from offboard.operate.done import undone
from offboard.operate.failures import RefusedError, UsageError
from offboard.operate.filters import Batch
from offboard.operate.register import command
from offboard.operate.renews import lets_renew, show_renewals
from offboard.operate.several import resume_several
from offboard.operate.shown import show_one, show_plan

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="the offboardingId, or the requestId")]
Asking = Annotated[
    str, typer.Option("--asking", metavar="CODE", help="all that need a decision for this reason, such as went_live")
]
AT_ONCE = "now"
"""Typed instead of a start: none is waited for."""
Yes = Annotated[bool, typer.Option("--yes", help="do not ask; needs --digest")]
Key = Annotated[str, typer.Argument(metavar="BLOCKER_KEY", help="of the holding that has ended, as whatToDo names it")]
Start = Annotated[
    str,
    typer.Option(
        "--not-before",
        metavar="TIME",
        help=f"the new start, such as 2027-01-31 (00:00 UTC) or 2027-01-31T06:00:00Z, or {AT_ONCE}",
    ),
]


def approve(
    desk: Desk,
    identity: Id,
    reason: Reason,
    digest: Digest = "",
    yes: Yes = False,
    confirm: Confirm = "",
    dry_run: DryRun = False,
) -> None:
    """Show the plan of an offboarding, ask, and approve it.

    Nobody is asked with --digest D and --yes, or --digest D and --confirm DOMAIN.
    """
    if (yes or confirm) and not digest:
        raise UsageError(
            "--yes and --confirm need --digest D, the digest of the plan that somebody has seen (offboard show ID)"
        )
    found, etag = desk.find(identity)
    planned = _digest(found, digest)
    show_plan(found, desk.people)
    if not (dry_run or digest or desk.asks):
        raise UsageError(
            f"nobody can be asked here: once somebody has seen this plan, give --digest {planned} together with "
            f"--confirm '{typed_word(found)}' to approve it. --dry-run shows what would be sent"
        )
    if dry_run:
        return _would(desk, "approve", found, {"planDigest": planned, "reason": reason})
    if not yes:
        desk.confirm(typed_word(found), confirm, "approve this plan, which is carried out then")
    return _send(desk, found, etag, "approve", {"planDigest": planned, "reason": reason})


def reject(desk: Desk, identity: Id, reason: Reason, digest: Digest = "") -> None:
    """Reject the plan of an offboarding."""
    found, etag = desk.find(identity)
    _send(desk, found, etag, "reject", {"planDigest": _digest(found, digest), "reason": reason})


def withdraw(desk: Desk, identity: Id, reason: Reason, dry_run: DryRun = False) -> None:
    """Call an offboarding off; what it changed is put back."""
    _say(desk, identity, "withdraw", {"reason": reason}, dry_run)


def resume(
    desk: Desk,
    reason: Reason,
    identities: Ids = None,
    asking: Asking = "",
    batch: Batch = "",
    confirm: Confirm = "",
    dry_run: DryRun = False,
) -> None:
    """Go on with an offboarding that needed a person, when the cause is gone; or with several, or all that ask.

    Where that lets a term renew, it says so and has the domain typed; of several, "renew" and of how many.
    """
    named = identities or []
    if bool(named) is bool(asking) or (batch and not asking):
        raise UsageError("give one ID or several, or --asking CODE (with --batch, of that batch alone)")
    if asking or len(named) > 1:
        return resume_several(desk, named, asking, batch, reason, confirm, dry_run)
    found, etag = desk.find(named[0])
    if lets_renew(found):
        show_renewals(found, desk.people)
    if dry_run:
        return _would(desk, "resume", found, {"reason": reason})
    if lets_renew(found):
        desk.confirm(typed_word(found), confirm, "let this renew")
    return _send(desk, found, etag, "resume", {"reason": reason})


def override(
    desk: Desk, identity: Id, key: Key, reason: Reason, confirm: Confirm = "", dry_run: DryRun = False
) -> None:
    """Say that what blocks one holding has ended, where the pipeline does not understand it or it has vanished."""
    found, etag = desk.find(identity)
    body = {"reason": reason, "blockerKey": key}
    if dry_run:
        return _would(desk, "overrides", found, body)
    desk.confirm(typed_word(found), confirm, f"say that {key} has ended")
    return _send(desk, found, etag, "overrides", body)


def reschedule(desk: Desk, identity: Id, not_before: Start, reason: Reason, dry_run: DryRun = False) -> None:
    """Give an offboarding another start, before anything was written."""
    start = None if not_before == AT_ONCE else moment_of(not_before)
    _say(desk, identity, "reschedule", {"reason": reason, "notBefore": start}, dry_run)


def typed_word(found: Mapping[str, Any]) -> str:
    """What somebody types to say that this customer is meant."""
    customer = found.get("customer") or {}
    return str(customer.get("domain") or customer.get("tenantId") or found.get("offboardingId"))


def _digest(found: Mapping[str, Any], seen: str) -> str:
    """Of the plan that waits for a decision; never another one than somebody has seen."""
    digest = str((found.get("plan") or {}).get("digest") or "")
    if not digest:
        raise RefusedError(
            f"offboarding {found.get('offboardingId')} is {found.get('status')} and has no plan yet",
            "Nothing was sent.",
            "Only what is awaiting_approval can be decided about; `offboard show` says where it stands.",
        )
    if seen and seen != digest:
        raise RefusedError(
            f"the plan is another by now: its digest is {digest}",
            "Nothing was sent.",
            "Look at the plan with `offboard show`, and decide about it anew.",
            status=412,
        )
    return digest


def _say(desk: Desk, identity: str, what: str, body: Mapping[str, object], dry_run: bool) -> None:
    found, etag = desk.find(identity)
    if dry_run:
        _would(desk, what, found, body)
        if what == "withdraw" and not desk.json:
            for told in undone(found) or ("If it is withdrawn, nothing is put back: nothing was changed that can be.",):
                desk.people.line(told)
    else:
        _send(desk, found, etag, what, body)


def _would(desk: Desk, what: str, found: Mapping[str, Any], body: Mapping[str, object]) -> None:
    """Tell what would be sent, as it would be."""
    path = offboarding(str(found["offboardingId"]), f"/{what}")
    if not desk.tell({"method": "POST", "path": path, "body": dict(body)}):
        desk.people.fields(
            [("would send", f"POST {path}"), ("about", typed_word(found)), *((k, v) for k, v in body.items())]
        )
    desk.say("Nothing was sent (--dry-run).")


def _send(desk: Desk, found: Mapping[str, Any], etag: str, what: str, body: Mapping[str, object]) -> None:
    told = desk.api.send("POST", offboarding(str(found["offboardingId"]), f"/{what}"), body, etag).json
    if not desk.tell(told):
        show_one(told, desk.people)
    desk.next(f"watch {found['offboardingId']}")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    command(app, "approve", 'approve ID --reason "agreed with sales"', 'approve ID --reason "agreed" --yes --digest D')(
        approve
    )
    command(app, "reject", 'reject ID --reason "too early"')(reject)
    command(app, "withdraw", 'withdraw ID --reason "the customer stays"')(withdraw)
    command(
        app,
        "resume",
        'resume ID --reason "case 123: transfer declined"',
        'resume ID --reason "agreed" --confirm contoso.com',
        'resume ID ID --reason "case 123: done"',
        'resume --asking went_live --batch ID --reason "going live"',
        'resume --asking renews_before_start --reason "agreed" --confirm "renew 3"',
    )(resume)
    command(
        app,
        "override",
        'override ID KEY --reason "case 123: ended, says Microsoft"',
        'override ID KEY --reason "case 123: ended" --confirm contoso.com',
    )(override)
    command(
        app,
        "reschedule",
        'reschedule ID --not-before 2027-01-31T00:00:00Z --reason "the customer asked for it"',
        'reschedule ID --not-before now --reason "agreed"',
    )(reschedule)
