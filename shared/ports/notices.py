"""The port of the channels: where notices leave the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from shared.domain.notices.notice import Parcel
from shared.domain.notices.rules import Target


@dataclass(frozen=True, slots=True)
class NotSent:
    """It was not taken, or nobody knows whether it was. `why`: a sentence without address, key or answer's text;
    `retry_after`: how long the receiver asked to be left alone."""

    why: str
    retry_after: timedelta | None = None


class Channels(Protocol):
    """Every target that a rule may name."""

    def send(self, target: Target, parcel: Parcel) -> NotSent | None:
        """Send once, within half a minute; None when the receiver took it. Raises nothing for what a receiver does."""
