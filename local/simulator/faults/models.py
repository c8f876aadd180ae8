"""Fault rules as they are posted to ``/_simulator/faults``: which calls they meet and what they do."""

import re
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from local.simulator.knobs import Model
from local.simulator.messages import Json
from local.simulator.scenario.change import Change


class Match(Model):
    """Which calls. *nth* fires on that matching call alone; *after* skips as many; *times* limits (null: no)."""

    method: str | None = None
    path_regex: str | None = None
    customer: str | None = None
    nth: int | None = Field(default=None, ge=1)
    after: int = Field(default=0, ge=0)
    times: int | None = Field(default=1, ge=1)

    @field_validator("path_regex")
    @classmethod
    def _compiles(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                re.compile(value)
            except re.error as error:
                raise ValueError(f"not a regular expression: {error}") from None
        return value


class StatusFault(Model):
    """Answer with that status instead of doing anything; *body* replaces the error body."""

    type: Literal["status"]
    status: int = Field(ge=100, le=599)
    code: str = "800003"
    description: str = "An injected fault."
    headers: dict[str, str] = Field(default_factory=dict)
    body: Json = None


class ThrottleFault(Model):
    """429 with Retry-After."""

    type: Literal["throttle"]
    retry_after: int = Field(default=57, ge=0)


class DropBefore(Model):
    """Close the connection; nothing happens."""

    type: Literal["dropBefore"]


class DropAfter(Model):
    """Let it happen, then close the connection without an answer."""

    type: Literal["dropAfter"]


class Html(Model):
    """A gateway's HTML page instead of doing anything."""

    type: Literal["html"]
    status: int = Field(default=502, ge=100, le=599)


class Delay(Model):
    """Answer late (machine seconds)."""

    type: Literal["delay"]
    seconds: float = Field(gt=0, le=600)


class Truncate(Model):
    """Shorten the collection in the answer; *totalCount* stays as it was, or follows."""

    type: Literal["truncate"]
    keep: int = Field(default=0, ge=0)
    total_count: Literal["stays", "follows"] = "stays"


class Empty(Model):
    """Answer with an empty collection that looks complete."""

    type: Literal["empty"]


class Rewrite(Model):
    """Set or remove values in the JSON answer, by JSON pointer; * stands for every item."""

    type: Literal["rewrite"]
    set: dict[str, Json] = Field(default_factory=dict)
    remove: tuple[str, ...] = ()


class MutateFault(Model):
    """Somebody else changes something right before or right after the call."""

    type: Literal["mutate"]
    when: Literal["before", "after"] = "before"
    change: Change


class KillFault(Model):
    """Kill a process or process group once the effect is committed, before or after the answer leaves."""

    type: Literal["kill"]
    pid: int | None = Field(default=None, gt=1)
    group: int | None = Field(default=None, gt=1)
    when: Literal["before", "after"] = "before"

    @model_validator(mode="after")
    def _one_target(self) -> "KillFault":
        if (self.pid is None) == (self.group is None):
            raise ValueError("give either pid or group")
        return self


Action = Annotated[
    StatusFault
    | ThrottleFault
    | DropBefore
    | DropAfter
    | Html
    | Delay
    | Truncate
    | Empty
    | Rewrite
    | MutateFault
    | KillFault,
    Field(discriminator="type"),
]


class FaultRule(Model):
    """One rule: a name for the journal, a match, an action."""

    name: str | None = None
    match: Match = Match()
    action: Action


class KillAtJournal(Model):
    """Kill when the journal reaches that entry: the simplest way to crash everywhere in turn."""

    kill_at_journal: int = Field(ge=1)
    pid: int | None = Field(default=None, gt=1)
    group: int | None = Field(default=None, gt=1)
    when: Literal["before", "after"] = "before"

    def as_action(self) -> KillFault:
        """The kill itself."""
        return KillFault(type="kill", pid=self.pid, group=self.group, when=self.when)

    @model_validator(mode="after")
    def _one_target(self) -> "KillAtJournal":
        if (self.pid is None) == (self.group is None):
            raise ValueError("give either pid or group")
        return self


Rule = FaultRule | KillAtJournal


class ArmedRule(Model):
    """A rule and how often it matched and fired; what is listed and persisted."""

    rule: Rule
    seen: int = 0
    fired: int = 0
