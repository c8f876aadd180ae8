"""The one table of who may do what, for operations that exist and for those that are prepared."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from types import MappingProxyType


class Role(StrEnum):
    """The app roles of the app registration that App Service Authentication uses."""

    READ = "Offboarding.Read"
    REQUEST = "Offboarding.Request"
    APPROVE = "Offboarding.Approve"
    OPERATE = "Offboarding.Operate"


class Program(Enum):
    """The other column of the table: whoever holds a function key."""

    KEY = auto()


class Operation(StrEnum):
    """What can be asked of the HTTP interface."""

    CREATE = "create"
    LIST = "list"
    SHOW = "show"
    EVIDENCE = "evidence"
    REPORT = "report"
    SHOW_BATCH = "show_batch"
    DESCRIBE = "describe"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    RESCHEDULE = "reschedule"
    RESUME = "resume"
    OVERRIDE = "override"
    REDRIVE = "redrive"
    CREATE_BATCH = "create_batch"
    SHOW_BRAKE = "show_brake"
    HOLD_BRAKE = "hold_brake"
    RELEASE_BRAKE = "release_brake"
    DOCTOR = "doctor"


WORDS: Mapping[Operation, str] = MappingProxyType(
    {
        Operation.CREATE: "requesting an offboarding",
        Operation.LIST: "listing offboardings",
        Operation.SHOW: "looking at an offboarding",
        Operation.EVIDENCE: "reading the evidence",
        Operation.REPORT: "reading the report",
        Operation.SHOW_BATCH: "looking at a batch",
        Operation.DESCRIBE: "reading the description of the interface",
        Operation.APPROVE: "approving a plan",
        Operation.REJECT: "rejecting a plan",
        Operation.WITHDRAW: "withdrawing an offboarding",
        Operation.RESCHEDULE: "rescheduling an offboarding",
        Operation.RESUME: "resuming an offboarding",
        Operation.OVERRIDE: "saying that a blocker has ended",
        Operation.REDRIVE: "redriving what the queues have given up",
        Operation.CREATE_BATCH: "sending a batch",
        Operation.SHOW_BRAKE: "looking at the kill switch",
        Operation.HOLD_BRAKE: "holding the kill switch",
        Operation.RELEASE_BRAKE: "releasing the kill switch",
        Operation.DOCTOR: "running the checks of the doctor",
    }
)
"""What somebody wants to do, as a refusal names it."""


class Right(Enum):
    """ANY: whoever made the request. OWN: only whoever made it. NOT_OWN: anybody but whoever made it."""

    ANY = auto()
    OWN = auto()
    NOT_OWN = auto()


Holder = Role | Program
_EVERYBODY: Mapping[Holder, Right] = dict.fromkeys((Program.KEY, *Role), Right.ANY)
_REQUESTS: Mapping[Holder, Right] = dict.fromkeys((Program.KEY, Role.REQUEST, Role.OPERATE), Right.ANY)
_TAKES_BACK: Mapping[Holder, Right] = {
    Program.KEY: Right.OWN,
    Role.REQUEST: Right.OWN,
    Role.OPERATE: Right.ANY,
}
_OPERATES: Mapping[Holder, Right] = {Role.OPERATE: Right.ANY}
_DECIDES: Mapping[Holder, Right] = {Role.APPROVE: Right.NOT_OWN}

RIGHTS: Mapping[Operation, Mapping[Holder, Right]] = MappingProxyType(
    {
        Operation.CREATE: _REQUESTS,
        Operation.LIST: _EVERYBODY,
        Operation.SHOW: _EVERYBODY,
        Operation.EVIDENCE: _EVERYBODY,
        Operation.REPORT: _EVERYBODY,
        Operation.SHOW_BATCH: _EVERYBODY,
        Operation.DESCRIBE: _EVERYBODY,
        Operation.APPROVE: _DECIDES,
        Operation.REJECT: _DECIDES,
        Operation.WITHDRAW: _TAKES_BACK,
        Operation.RESCHEDULE: _TAKES_BACK,
        Operation.RESUME: _OPERATES,
        Operation.OVERRIDE: {Role.OPERATE: Right.NOT_OWN},
        Operation.REDRIVE: _OPERATES,
        Operation.CREATE_BATCH: _REQUESTS,
        Operation.SHOW_BRAKE: _EVERYBODY,
        Operation.HOLD_BRAKE: {Role.APPROVE: Right.ANY, Role.OPERATE: Right.ANY},
        Operation.RELEASE_BRAKE: _OPERATES,
        Operation.DOCTOR: {Role.READ: Right.ANY, Role.OPERATE: Right.ANY},
    }
)
"""Whoever is not in a row may not; several roles add up, but NOT_OWN holds in spite of them."""
