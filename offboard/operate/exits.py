"""The exit codes of the command, one for each kind of failure (docs/command.md has the table)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a script decides by."""

    DONE = 0
    REFUSED = 1
    """The pipeline said no; as it is now, saying it again changes nothing."""
    USAGE = 2
    """What was typed, set or read from a file cannot work; nothing was sent."""
    UNREACHABLE = 3
    """Nobody answered, or not now: the same once more is right."""
    DENIED = 4
    """Nobody is signed in, or whoever is may not."""
    NOT_FOUND = 5
    CHANGED = 6
    """It is not any more what was seen: look, and say it anew."""
    NOT_ALL = 7
    """Some rows did not go, or what was watched ended otherwise or needs a person."""
    BUG = 70
    INTERRUPTED = 130


BY_STATUS = {401: Exit.DENIED, 403: Exit.DENIED, 404: Exit.NOT_FOUND, 412: Exit.CHANGED, 428: Exit.CHANGED}
"""By HTTP status; every other refusal is REFUSED."""
