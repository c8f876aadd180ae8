"""What a browser sends with a form: fields as text; a box that is ticked several times has several values."""

from __future__ import annotations

from collections.abc import Iterable


class Form(dict[str, str]):
    """The first value of each field; `several` has all of them."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._all: dict[str, list[str]] = {}
        for name, value in pairs:
            self.setdefault(name, value)
            self._all.setdefault(name, []).append(value)

    def several(self, name: str) -> tuple[str, ...]:
        """Every value of a field, in the order of the page."""
        return tuple(self._all.get(name, ()))
