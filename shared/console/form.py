"""What a browser sends with a form: fields as text; a box that is ticked several times has several values."""

from __future__ import annotations

from collections.abc import Iterable
from email.message import Message

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError

LARGEST_FORM = 4 * 1024 * 1024
"""Bytes; the largest is that with a table of customers."""
LARGEST_WITHOUT_A_FILE = 1024 * 1024
"""Bytes; every other form has a few lines of text for each customer."""
MOST_FIELDS = 1_000
"""The page of approvals has three for each of 200 plans."""


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


def require_moderate(body: bytes, content_type: str) -> None:
    """Raises InvalidRequestError for more than any form of ours can be.

    Asked before the form is read: taking hundreds of thousands of fields apart costs seconds, and whose form it is
    stands in one of them.
    """
    kind = Message()
    kind["content-type"] = content_type
    boundary = kind.get_boundary()
    largest = LARGEST_FORM if boundary else LARGEST_WITHOUT_A_FILE
    if len(body) > largest:
        raise _too_large(f"a form may have at most {largest} bytes", len(body))
    fields = body.count(b"--" + boundary.encode()) - 1 if boundary else body.count(b"&") + 1
    if fields > MOST_FIELDS:
        raise _too_large(f"a form may have at most {MOST_FIELDS} fields", fields)


def _too_large(rule: str, found: int) -> InvalidRequestError:
    return InvalidRequestError(ReasonCode.BODY_TOO_LARGE, "$", f"{rule}. Nothing was changed", str(found))
