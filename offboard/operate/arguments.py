"""What several commands take: ids, reasons, files, confirmations."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

import typer

Id = Annotated[str, typer.Argument(metavar="ID", help="the offboardingId, or the requestId")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="why, for whoever reads it later")]
Confirm = Annotated[
    str, typer.Option("--confirm", metavar="DOMAIN", help="the customer's domain, where nobody can be asked for it")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="show what would be sent, and send nothing")]
Output = Annotated[str, typer.Option("--output", "-o", metavar="FILE", help="a new file; default: stdout")]
Digest = Annotated[str, typer.Option("--digest", metavar="D", help="only the plan with this digest (plan.digest)")]


def moment_of(text: str) -> str:
    """A day begins at 00:00 UTC, as in a table; anything else stays what it is, and is checked by whoever gets it."""
    try:
        return f"{date.fromisoformat(text).isoformat()}T00:00:00Z" if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else text
    except ValueError:
        return text
