"""The binding definitions that a function app hands to the host, parsed into types.

A v2 app describes each function with the JSON that function.json held in the v1 model;
`Function.get_raw_bindings()` returns it. Names that Azure ignores (arbitrary keyword arguments of a decorator) are
ignored here too.
"""

import json
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter
from pydantic.alias_generators import to_camel


class Direction(StrEnum):
    """Whether a binding feeds the function or is fed by it."""

    IN = "in"
    OUT = "out"
    INOUT = "inout"


class AuthLevel(StrEnum):
    """Which key an HTTP request must carry."""

    ANONYMOUS = "anonymous"
    FUNCTION = "function"
    ADMIN = "admin"


class DataType(StrEnum):
    """The form in which the host hands over a trigger value; text is the default."""

    UNDEFINED = "undefined"
    STRING = "string"
    BINARY = "binary"
    STREAM = "stream"


class Cardinality(StrEnum):
    """One message for each invocation, or a batch."""

    ONE = "one"
    MANY = "many"


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class Binding(BaseModel):
    """What every binding has."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    type: str
    name: str
    direction: Annotated[Direction, BeforeValidator(_lower)] = Direction.IN
    data_type: Annotated[DataType, BeforeValidator(_lower)] = DataType.UNDEFINED


class HttpTriggerBinding(Binding):
    """`@app.route`. No `methods` means every method."""

    type: Literal["httpTrigger"]
    route: str | None = None
    methods: tuple[str, ...] | None = None
    auth_level: Annotated[AuthLevel, BeforeValidator(_lower)] = AuthLevel.FUNCTION


class ServiceBusTriggerBinding(Binding):
    """`@app.service_bus_queue_trigger` and `@app.service_bus_topic_trigger`."""

    type: Literal["serviceBusTrigger"]
    connection: str = "ServiceBus"
    queue_name: str | None = None
    topic_name: str | None = None
    subscription_name: str | None = None
    is_sessions_enabled: bool = False
    cardinality: Annotated[Cardinality, BeforeValidator(_lower)] = Cardinality.ONE
    auto_complete_messages: bool | None = None


class TimerTriggerBinding(Binding):
    """`@app.timer_trigger`."""

    type: Literal["timerTrigger"]
    schedule: str
    run_on_startup: bool = False
    use_monitor: bool = True


TriggerBinding = HttpTriggerBinding | ServiceBusTriggerBinding | TimerTriggerBinding
_TRIGGER: TypeAdapter[TriggerBinding] = TypeAdapter(Annotated[TriggerBinding, Field(discriminator="type")])
_TRIGGER_TYPES = frozenset({"httpTrigger", "serviceBusTrigger", "timerTrigger"})


def parse_binding(raw: str) -> Binding:
    """One binding from its JSON; raises pydantic's ValidationError. Unsupported types come back as a plain Binding."""
    content: dict[str, Any] = json.loads(raw)
    if content.get("type") in _TRIGGER_TYPES:
        return _TRIGGER.validate_python(content)
    return Binding.model_validate(content)
