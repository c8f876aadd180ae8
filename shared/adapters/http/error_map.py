"""Error codes as data: what each answer of a service means, one row for each meaning.

A table is read from its top; the first row that fits decides. Rows of a code with two meanings tell them apart by the
status, by the path that was called, or by words in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.adapters.http.failures import Refusal, Rules, TokenRefusedError
from shared.domain.errors import (
    BusyError,
    NoRelationshipError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    UnavailableError,
    Verdict,
)
from shared.domain.lessons import Lesson


class About(StrEnum):
    """What an answer says something about, and thereby how far it reaches.

    OBJECT: what was called. CUSTOMER: the whole customer is not this partner's. SIGN_IN: no call of anybody works until
    a person acts. TOKEN: the token may just have expired, so a renewed one is tried once.
    """

    OBJECT = "object"
    CUSTOMER = "customer"
    SIGN_IN = "sign_in"
    TOKEN = "token"  # noqa: S105


_KINDS: dict[About, type[RemoteError]] = {
    About.CUSTOMER: NoRelationshipError,
    About.SIGN_IN: SignInRequiredError,
    About.TOKEN: TokenRefusedError,
}


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One meaning. `status` or `code` None fits any; `path` has to match the whole path, `text` a part of the message.

    `sentence` says what it means, `advice` is what a person should do. `wait` is the least time before another try; a
    longer Retry-After prevails (I7). `report_as` names an answer that came without a code. `teaches`: what follows for
    later calls about the same holding.
    """

    status: int | None
    code: str | None
    verdict: Verdict
    sentence: str
    advice: str = ""
    wait: timedelta | None = None
    about: About = About.OBJECT
    path: re.Pattern[str] | None = None
    text: re.Pattern[str] | None = None
    report_as: str = ""
    teaches: Lesson | None = None

    def fits(self, refusal: Refusal) -> bool:
        return (
            self.status in (None, refusal.status)
            and self.code in (None, refusal.code)
            and (self.path is None or self.path.fullmatch(refusal.path) is not None)
            and (self.text is None or self.text.search(refusal.message) is not None)
        )

    def error(self, refusal: Refusal) -> RemoteError:
        """The refusal in the words of this row. A 5xx stays an outage, whatever its code says."""
        kind = _KINDS.get(self.about) or (BusyError if self.verdict is Verdict.RETRY_LATER else RefusedError)
        if refusal.status >= 500:
            kind = UnavailableError
        return refusal.as_error(
            kind,
            self.sentence,
            wait=self.wait,
            code=self.report_as,
            advice=self.advice,
            verdict=self.verdict,
            lesson=self.teaches,
        )


def find(rows: Sequence[ErrorRow], refusal: Refusal) -> ErrorRow | None:
    """The row that decides; None for a code that the table does not know."""
    return next((row for row in rows if row.fits(refusal)), None)


def rules_of(rows: Sequence[ErrorRow]) -> Rules:
    """The table as the rules of one service."""

    def rules(refusal: Refusal) -> RemoteError | None:
        row = find(rows, refusal)
        return None if row is None else row.error(refusal)

    return rules
