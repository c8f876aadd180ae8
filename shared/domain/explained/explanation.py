"""The shape of an explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from shared.domain.codes import ReasonCode


class WhoActs(StrEnum):
    """Who has to do something; WHO says who that is."""

    NOBODY = "nobody"
    SENDER = "sender"
    OPERATIONS = "operations"
    ADMINISTRATOR = "administrator"
    CUSTOMER = "customer"


WHO: Mapping[WhoActs, str] = MappingProxyType(
    {
        WhoActs.NOBODY: "The offboarding goes on by itself, or has ended.",
        WhoActs.SENDER: "Whoever sent the request, by queue or over HTTP: the CRM and its users.",
        WhoActs.OPERATIONS: "The people who follow offboardings, work in Partner Center and resume.",
        WhoActs.ADMINISTRATOR: "Who looks after the deployment: settings, sign-in, roles.",
        WhoActs.CUSTOMER: "The customer itself; the sender tells it.",
    }
)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whole sentences, as Markdown. `what_to_do` is empty exactly when nobody acts; ValueError otherwise."""

    meaning: str
    who: WhoActs = WhoActs.NOBODY
    what_to_do: str = ""

    @property
    def action(self) -> str:
        """What to do as plain text, where none is said about the case itself."""
        return self.what_to_do.replace("`", "")

    def __post_init__(self) -> None:
        if (self.who is WhoActs.NOBODY) is not (not self.what_to_do):
            raise ValueError(f"somebody acts or nobody does: {self.meaning}")


@dataclass(frozen=True, slots=True)
class Group:
    """Reasons that belong together, under one heading of the page; `about` introduces them."""

    title: str
    about: str
    reasons: Mapping[ReasonCode, Explanation]


def nobody(meaning: str) -> Explanation:
    """It goes on, or has ended, without anybody."""
    return Explanation(meaning)


def sender(meaning: str, what_to_do: str) -> Explanation:
    """The sender of the request acts."""
    return Explanation(meaning, WhoActs.SENDER, what_to_do)


def operations(meaning: str, what_to_do: str) -> Explanation:
    """Operations act."""
    return Explanation(meaning, WhoActs.OPERATIONS, what_to_do)


def administrator(meaning: str, what_to_do: str) -> Explanation:
    """An administrator of the deployment acts."""
    return Explanation(meaning, WhoActs.ADMINISTRATOR, what_to_do)
