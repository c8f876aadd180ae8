"""The page of the system: mode, kill switch, what waits, what was given up, and the doctor's checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from shared.console.form import Form
from shared.console.visitor import Visitor
from shared.contracts.brake import BrakeView, brake_view, parse_brake
from shared.contracts.etags import header_etag
from shared.contracts.redrive import parse_redrive
from shared.domain.approval import who_approves
from shared.domain.brake import Brake
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, OffboardingError
from shared.domain.people.rights import Operation
from shared.operations.brake import set_brake
from shared.operations.front_door import FrontDoor
from shared.pipeline.core.services import Services
from shared.upkeep.redrive import redrive

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {"hold": Operation.HOLD_BRAKE, "release": Operation.RELEASE_BRAKE, "redrive": Operation.REDRIVE}
)


@dataclass(frozen=True, slots=True)
class System:
    """What the page shows. `dead_letters`: how many lie on each queue; None where it cannot be told, and why."""

    mode: str
    approval: str
    brake: BrakeView
    etag: str
    dead_letters: Mapping[str, int] | None
    trouble: str
    may_hold: bool
    may_release: bool
    may_redrive: bool
    may_check: bool


def system(visitor: Visitor, services: Services) -> System:
    """As of now."""
    stored = services.brakes.read()
    dead: Mapping[str, int] | None = None
    trouble = ""
    try:
        dead = {name: count for name, count in services.bus.count_dead_letters().items() if count}
    except OffboardingError as error:
        trouble = str(error)
    return System(
        mode=services.mode.value,
        approval=who_approves(services.approval.rule),
        brake=brake_view(stored.brake),
        etag=header_etag(stored.etag),
        dead_letters=dead,
        trouble=trouble,
        may_hold=visitor.may(Operation.HOLD_BRAKE),
        may_release=visitor.may(Operation.RELEASE_BRAKE),
        may_redrive=visitor.may(Operation.REDRIVE),
        may_check=visitor.may(Operation.DOCTOR),
    )


def move(word: str, form: Form, visitor: Visitor, door: FrontDoor, services: Services) -> bool:
    """Hold or release the kill switch, or redrive; False for another word. Raises what the operations raise."""
    operation = OPERATIONS.get(word)
    if operation is None:
        return False
    door.require(visitor.actor, visitor.roles, operation)
    reason = form.get("reason", "")
    if operation is Operation.REDRIVE:
        redrive(parse_redrive(_body({"reason": reason})), visitor.actor, services)
        return True
    if operation is Operation.RELEASE_BRAKE and form.get("typed", "").strip().casefold() != "release":
        rule = 'must be "release": writes to customers begin again. Nothing was changed'
        raise InvalidRequestError(ReasonCode.WRONG_VALUE, "typed", rule, form.get("typed", ""))
    wanted = parse_brake(_body({"held": operation is Operation.HOLD_BRAKE, "reason": reason}))
    brake = Brake(wanted.held, visitor.actor, wanted.reason, services.clock.now())
    set_brake(brake, form.get("etag", ""), None, services)
    return True


def _body(value: Mapping[str, Any]) -> bytes:
    return json.dumps({name: item for name, item in value.items() if item != ""}).encode()
