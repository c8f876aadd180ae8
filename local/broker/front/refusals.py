"""Tells on the log which client was refused and why: a wrong key or a wrong name is found by looking there.

Never a token. A client that tries again and again, or another name each time, does not fill the log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

_LOG = logging.getLogger(__name__)
WINDOW_SECONDS = 60.0
LINES = 20
"""At most so many different lines in a window; each of them once."""
_LONGEST = 200


class Refusals:
    """One for the whole broker; machine time."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._began = now()
        self._told: set[tuple[str, str]] = set()
        self._hidden = 0

    def note(self, what: str, reason: str) -> None:
        """A client did not get `what`; one text names the entity. Both may quote the client: cut, cleaned."""
        if self._now() - self._began >= WINDOW_SECONDS:
            self._next_window()
        key = (_shown(what), _shown(reason))
        if key in self._told or len(self._told) >= LINES:
            self._hidden += 1
            return
        self._told.add(key)
        _LOG.warning("refused a client a %s: %s", *key)

    def _next_window(self) -> None:
        if self._hidden:
            _LOG.warning("%d more refusals, or the same again, were not shown", self._hidden)
        self._began, self._hidden = self._now(), 0
        self._told.clear()


def _shown(text: str) -> str:
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(each if each.isprintable() else "?" for each in cut)
