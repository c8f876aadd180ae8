"""The removal of the relationship: what was asked, what was answered, and what follows from both.

An intent is stored by compare-and-set before the PATCH (the point of no return), the answer after it. Between the two
the process may die, and a call without a clear answer may or may not have taken effect.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.offboarding.identifiers import ms_request_id


class RemovalState(StrEnum):
    """INTENDED: no answer yet, or none that came back. UNCLEAR: an answer that settles nothing (5xx). ACCEPTED: 2xx.
    REFUSED: 4xx. WITHOUT_EFFECT: throttled, not sent, or accepted and still
    listed after the deadline."""

    INTENDED = "intended"
    UNCLEAR = "unclear"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHOUT_EFFECT = "without_effect"


RELATIONSHIP, REMOVAL = "relationship", "remove"
"""What the removal is made to, and what it is called: in its MS-RequestId and in the evidence."""

OPEN = frozenset({RemovalState.INTENDED, RemovalState.UNCLEAR})
"""The call may have taken effect."""


@dataclass(frozen=True, slots=True)
class RemovalIntent:
    """One removal call.

    `n` counts MS-RequestIds: kept after no answer, raised after any. `intended_at`: of the first of several tries,
    because that one may have taken effect. `tries`: calls in a row without a clear answer. `accepted_before`: an
    earlier one was accepted (or its effect was due) and showed none in time; what a later one finds gone is its work.
    """

    n: int
    request_id: str
    intended_at: datetime
    state: RemovalState = RemovalState.INTENDED
    answered_at: datetime | None = None
    status: int | None = None
    code: str = ""
    detail: str = ""
    tries: int = 1
    accepted_before: bool = False

    @property
    def may_be_done(self) -> bool:
        """The relationship has to be looked at before it is removed again."""
        return self.state is not RemovalState.WITHOUT_EFFECT

    @property
    def is_ours(self) -> bool:
        """A relationship that is gone now was ended by this pipeline.

        Refused as gone at the first try: it was not us. At a repetition: the unclear call before did it.
        """
        return self.state is RemovalState.ACCEPTED or self.state in OPEN or self.tries > 1 or self.accepted_before

    @property
    def was_accepted(self) -> bool:
        """One call of this offboarding was answered with 2xx."""
        return self.state is RemovalState.ACCEPTED or self.accepted_before

    @property
    def effect_is_due(self) -> bool:
        """A customer that is still readable may be so only for a while: the call was accepted, or it was refused as
        gone and one before it may have taken effect. Any other refusal proves nothing."""
        if self.state is RemovalState.REFUSED:
            return self.tries > 1 or self.accepted_before
        return self.state is RemovalState.ACCEPTED

    def accepted(self, now: datetime, status: int, detail: str) -> RemovalIntent:
        """Answered with 2xx."""
        return replace(self, state=RemovalState.ACCEPTED, answered_at=now, status=status, detail=detail)

    def refused(self, now: datetime, status: int, code: str, detail: str) -> RemovalIntent:
        """Answered with a refusal."""
        return replace(self, state=RemovalState.REFUSED, answered_at=now, status=status, code=code, detail=detail)

    def unclear(self, now: datetime, code: str) -> RemovalIntent:
        """Answered, and the answer settles nothing: the next try carries a new MS-RequestId."""
        return replace(self, state=RemovalState.UNCLEAR, answered_at=now, code=code)

    def without_effect(self, now: datetime, code: str) -> RemovalIntent:
        """Throttled, or not sent at all; a call without a clear answer before it may have taken effect."""
        state = RemovalState.UNCLEAR if self.tries > 1 else RemovalState.WITHOUT_EFFECT
        return replace(self, state=state, answered_at=now, code=code)

    def had_no_effect(self) -> RemovalIntent:
        """After the deadline the customer is still listed and readable. What a later call finds gone is the work of
        this one, or may be."""
        before = self.accepted_before or self.effect_is_due
        return replace(self, state=RemovalState.WITHOUT_EFFECT, accepted_before=before)


def next_intent(offboarding_id: str, last: RemovalIntent | None, now: datetime) -> RemovalIntent:
    """The intent of the next call, in the light of the last one."""
    if last is None:
        return _intent(offboarding_id, 1, now)
    open_call = last.state in OPEN
    n = last.n if last.state is RemovalState.INTENDED else last.n + 1
    accepted = last.state is RemovalState.ACCEPTED or last.accepted_before
    # The activity log is searched from the first call that may have taken effect.
    since = last.intended_at if open_call or accepted else now
    return replace(
        _intent(offboarding_id, n, since), tries=last.tries + 1 if open_call else 1, accepted_before=accepted
    )


def _intent(offboarding_id: str, n: int, since: datetime) -> RemovalIntent:
    return RemovalIntent(n, ms_request_id(offboarding_id, RELATIONSHIP, REMOVAL, n), since)
