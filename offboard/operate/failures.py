"""What can go wrong with a command, each with its exit code."""

from __future__ import annotations

from typing import Any

from offboard.operate.exits import BY_STATUS, Exit


class UsageError(Exception):
    """What was typed or set cannot work; nothing was sent."""


class RefusedError(Exception):
    """The pipeline said no. `answer` is what it said, JSON or not; `status` is that of HTTP, 0 for a no of our own."""

    def __init__(self, cause: str, consequence: str, action: str, answer: Any = None, status: int = 0) -> None:
        self.cause, self.consequence, self.action, self.answer = cause, consequence, action, answer
        self.exit = BY_STATUS.get(status, Exit.REFUSED)
        super().__init__(cause)


class DeniedError(RefusedError):
    """Nobody is signed in."""

    def __init__(self, cause: str, consequence: str, action: str) -> None:
        super().__init__(cause, consequence, action, status=401)


class UnreachableError(Exception):
    """Nobody answered, or something else than the pipeline did."""


class NotAllError(Exception):
    """The command was carried out, and what came of it is not what was wanted."""
