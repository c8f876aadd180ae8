"""What is known about a type of Azure resource, wherever the knowledge comes from."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from tools.bicep_check.shapes.shape import Choice, Fields


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type in the newest API version that is known. `scopes` are those that it can be deployed to."""

    version: str
    scopes: str
    body: Fields | Choice


class Lack(Enum):
    """Why there is no description."""

    NO_SUCH_TYPE = "no such type"
    NOT_DESCRIBED = "the type exists, its properties are not described"
    NOBODY_ASKED = "the check runs without descriptions"


class ResourceTypes(Protocol):
    """A source of descriptions."""

    def find(self, name: str, /) -> ResourceType | Lack:
        """The type of this name (`Microsoft.Web/sites`), or why it is not to be had."""
        ...


class NoResourceTypes:
    """Nothing is described: names, modules and values between them are checked, properties of resources are not."""

    def find(self, _name: str, /) -> ResourceType | Lack:
        """Answer nothing."""
        return Lack.NOBODY_ASKED
