"""The kill switch, and what the queues have given up."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from offboard.operate.arguments import Reason
from offboard.operate.desk import Desk
from offboard.operate.failures import UsageError
from offboard.operate.register import command
from offboard.operate.shown import show_brake, show_redriven

BRAKE = "/api/brake"
Move = Annotated[Literal["show", "hold", "release"], typer.Argument(metavar="[show|hold|release]")]
OptionalReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="why; needed to hold and to release")]
Queue = Annotated[str, typer.Option("--queue", metavar="NAME", help="only this one, such as offboarding-verify")]
Most = Annotated[int, typer.Option("--max", metavar="N", min=1, max=500, help="at most so many, 1 to 500")]


def brake(desk: Desk, move: Move = "show", reason: OptionalReason = "") -> None:
    """Show, hold or release the kill switch: while it is held, nothing is written to any customer."""
    if move != "show" and not reason.strip():
        raise UsageError(f"brake {move} needs --reason TEXT")
    answer = desk.api.get(BRAKE)
    if move != "show":
        answer = desk.api.send("PUT", BRAKE, {"held": move == "hold", "reason": reason}, answer.etag)
    found = answer.json
    if not desk.tell(found):
        show_brake(found, desk.people)
    desk.next('release --reason "..."' if found.get("held") else "list --status needs_attention,waiting")


def hold(desk: Desk, reason: Reason) -> None:
    """Hold the kill switch: a second later nothing is written to any customer."""
    brake(desk, "hold", reason)


def release(desk: Desk, reason: Reason) -> None:
    """Release the kill switch: what waited for it goes on at once."""
    brake(desk, "release", reason)


def redrive(desk: Desk, reason: Reason, queue: Queue = "", most: Most = 100) -> None:
    """Set going again what the queues have given up, when the cause is removed."""
    body = {"reason": reason, "max": most, **({"queue": queue} if queue else {})}
    found = desk.api.send("POST", "/api/dead-letters/redrive", body).json
    if not desk.tell(found):
        show_redriven(found, desk.people)
    desk.next("redrive --reason ..." if found.get("more") else "list --status needs_attention")


def register(app: typer.Typer) -> None:
    """Add these commands."""
    command(app, "brake", "brake", 'brake hold --reason "wrong list sent"')(brake)
    command(app, "hold", 'hold --reason "wrong list sent"')(hold)
    command(app, "release", 'release --reason "list corrected"')(release)
    command(
        app, "redrive", 'redrive --reason "case 123: fixed"', 'redrive --queue offboarding-verify --reason "case 123"'
    )(redrive)
