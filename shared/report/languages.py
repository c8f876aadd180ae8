"""The letter to the customer in the languages that it is written in: which words there are, and how dates look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from shared.domain.holdings.model import HoldingKind


class Language(StrEnum):
    """English, and German."""

    ENGLISH = "en"
    GERMAN = "de"


class Opening(StrEnum):
    """What the letter begins with. GONE: not by us. LEAVING: accepted, and not in effect yet. ENDING: begun. NOT_HERE:
    the request came to nothing, and says nothing about the relationship."""

    ENDED = auto()
    GONE = auto()
    CAME_BACK = auto()
    CALLED_OFF = auto()
    LEAVING = auto()
    ENDING = auto()
    NOT_ENDED = auto()
    NOT_HERE = auto()


class Fate(StrEnum):
    """What became of a product. CANCELLING: asked for, not in effect yet. AWAY: not with us any more, by no act of
    ours. ENDS: it does not renew. RUNS: it goes on for now; GOES_ON: nobody ends it. RAN: it went on when it was last
    looked at. KEPT: for good."""

    CANCELLED = auto()
    CANCELLING = auto()
    RETURNED = auto()
    SUSPENDED = auto()
    SUSPENDED_BEFORE = auto()
    ENDED = auto()
    AWAY = auto()
    ENDS = auto()
    RUNS = auto()
    GOES_ON = auto()
    RAN = auto()
    KEPT = auto()
    SET_UP = auto()
    ORDERED = auto()
    MOVING = auto()


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that the letter says itself. `{name}` stands for what is put in; `you` for a name that is missing."""

    title: str
    title_running: str
    you: str
    openings: Mapping[Opening, str]
    means: str
    products: str
    product: str
    what: str
    until: str
    nothing_held: str
    not_read: str
    survives: str
    how: str
    again: str
    again_link: str
    bought_anew: str
    no_link: str
    as_of: str
    seats: str
    fates: Mapping[Fate, str]
    kinds: Mapping[HoldingKind, str]


def moment(at: datetime, language: Language) -> str:
    """A moment (aware UTC) as people write it."""
    if language is Language.GERMAN:
        return f"{at:%d.%m.%Y, %H:%M} Uhr"
    return f"{at.day} {at:%B %Y, %H:%M}"
