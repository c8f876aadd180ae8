"""Case-insensitive, typed access to one JSON object.

Partner Center answers in camelCase and, for some calls, in PascalCase. Absent, null and "" are None, which is never
false, 0 or a date. A value of the wrong type raises UnreadableAnswerError naming the field: nothing is guessed (I8).
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from shared.adapters.http.moments import parse_moment
from shared.domain.errors import UnreadableAnswerError
from shared.domain.wording import shorten

EMPTY_GUID = "00000000-0000-0000-0000-000000000000"


class Record:
    """One JSON object; `where` says in messages whose it is, `raw` is the object as received."""

    __slots__ = ("_fields", "raw", "where")

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise UnreadableAnswerError(f"{where}: expected an object, got {_kind(value)}")
        self.where = where
        self.raw: dict[str, object] = value
        self._fields: dict[str, object] = {}
        for key, item in value.items():
            folded = key.casefold()
            known = self._fields.get(folded)
            if known is not None and item is not None and known != item:
                raise UnreadableAnswerError(f"{where}.{key}: the field occurs twice with different values")
            self._fields[folded] = known if item is None else item

    def text(self, name: str) -> str | None:
        """A string (a whole number counts as one); None when absent or blank."""
        value = self._value(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is None or isinstance(value, str):
            return value if value and value.strip() else None
        return self._fail(name, "a text", value)

    def required(self, name: str) -> str:
        """A string that has to be there, such as the id of a resource."""
        value = self.text(name)
        if value is None:
            self._fail(name, "a text", None)
        return value

    def reference(self, name: str) -> str | None:
        """The id of another resource; the empty GUID names none."""
        value = self.text(name)
        return None if value == EMPTY_GUID else value

    def integer(self, name: str) -> int | None:
        """A whole number, also when written as text or with a fraction of zero."""
        value = self._value(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, str):
            digits = value.strip()
            if not digits:
                return None
            if len(digits) <= 18 and digits.isascii() and digits.removeprefix("-").isdigit():
                return int(digits)
        return self._fail(name, "a whole number", value)

    def amount(self, name: str) -> Decimal | None:
        """A finite number, exactly as far as it was written; also when written as text."""
        value = self._value(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        if isinstance(value, int | float | str) and not isinstance(value, bool):
            with suppress(InvalidOperation):
                found = Decimal(str(value).strip())
                if found.is_finite():
                    return found
        return self._fail(name, "a number", value)

    def flag(self, name: str) -> bool | None:
        """true or false, also when written as text; 0 and 1 are not flags."""
        value = self._value(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().casefold() in {"", "true", "false"}:
            word = value.strip().casefold()
            return word == "true" if word else None
        return self._fail(name, "true or false", value)

    def moment(self, name: str) -> datetime | None:
        """A date-time in UTC; without a zone it is read as UTC."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return parse_moment(value)
        except ValueError:
            return self._fail(name, "a date", value)

    def child(self, name: str) -> Record:
        """A nested object; an empty one when absent."""
        value = self._value(name)
        return Record({} if value is None else value, f"{self.where}.{name}")

    def children(self, name: str) -> tuple[Record, ...]:
        """A list of objects; an empty one when absent."""
        return tuple(Record(item, f"{self.where}.{name}[{i}]") for i, item in enumerate(self._list(name)))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings; an empty one when absent."""
        items = self._list(name)
        if any(not isinstance(item, str) for item in items):
            self._fail(name, "a list of texts", items)
        return tuple(str(item) for item in items)

    def has(self, name: str) -> bool:
        """True when the field is there and not null."""
        return self._value(name) is not None

    def _list(self, name: str) -> list[object]:
        value = self._value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._fail(name, "a list", value)
        return value

    def _value(self, name: str) -> object:
        return self._fields.get(name.casefold())

    def _fail(self, name: str, rule: str, value: object) -> NoReturn:
        shown = "nothing" if value is None else f"{_kind(value)} {shorten(str(value), 40)!r}"
        raise UnreadableAnswerError(f"{self.where}.{name}: expected {rule}, got {shown}")


def _kind(value: object) -> str:
    kinds = {dict: "object", list: "list", str: "text", bool: "flag", int: "number", float: "number"}
    return "null" if value is None else kinds.get(type(value), type(value).__name__)
