"""Guesses which name was meant."""

import difflib
from collections.abc import Iterable


def meant(name: str, names: Iterable[str]) -> str:
    """The end of a message: a name that may have been meant, or nothing."""
    near = difflib.get_close_matches(name, list(names), 1)
    return f"; is {near[0]!r} meant?" if near else ""
