"""Calls that carried an Idempotency-Key: a repetition is answered as the first one, and not carried out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.errors import IdempotencyKeyReusedError

REMEMBERED = 16
"""So many newest calls of one offboarding. What is older meets a newer ETag, and changes nothing either."""


@dataclass(frozen=True, slots=True)
class Once:
    """One call. `key`: digest of caller and key together, so that nobody meets another's; `body`: of what was sent.
    Neither is kept in words."""

    key: str
    operation: str
    body: str


def was_done(done: Iterable[Once], once: Once | None) -> bool:
    """Whether exactly this call had its effect; raises IdempotencyKeyReusedError when its key was used for another."""
    before = next((item for item in done if once is not None and item.key == once.key), None)
    if before is not None and before != once:
        raise IdempotencyKeyReusedError(before.operation)
    return before is not None


def with_call(done: tuple[Once, ...], once: Once | None) -> tuple[Once, ...]:
    """What is remembered after this call, the newest last."""
    return done if once is None else (*done, once)[-REMEMBERED:]
