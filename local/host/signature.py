"""What the Python worker demands of a function's parameters and annotations when it indexes an app.

Source: behaviour of the worker library (PyPI azure-functions-runtime), which refuses the whole app for one bad
function.
"""

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from azure.functions.http import HttpRequestConverter, HttpResponseConverter
from azure.functions.servicebus import ServiceBusMessageInConverter
from azure.functions.timer import TimerRequestConverter

from local.host.bindings import Binding, Direction

RETURN = "$return"
_CONVERTERS = {
    "httpTrigger": HttpRequestConverter,
    "serviceBusTrigger": ServiceBusMessageInConverter,
    "timerTrigger": TimerRequestConverter,
}


class ArgumentKind(Enum):
    """How the trigger value is given to the function."""

    BOUND = "object"  # func.HttpRequest, func.ServiceBusMessage, func.TimerRequest
    RAW = "raw"  # str or bytes: the body as it came


@dataclass(frozen=True, slots=True)
class Signature:
    """How to call a function:

    its trigger argument, whether it wants `context`, and whether its return value is used.
    """

    argument: str
    kind: ArgumentKind
    wants_context: bool
    is_async: bool
    has_return: bool


class SignatureError(ValueError):
    """The worker would refuse this function; the text is the sentence that says why."""


def read_signature(handler: Callable[..., Any], bindings: Sequence[Binding]) -> Signature:
    """Checks parameters against bindings as the worker does; raises SignatureError with the first rule broken."""
    try:
        annotations = typing.get_type_hints(handler)
    except Exception as error:
        raise SignatureError(f"its annotations cannot be resolved: {error}") from None
    parameters = set(inspect.signature(handler).parameters)
    bound = {binding.name: binding for binding in bindings if binding.name != RETURN}
    wants_context = "context" in parameters and "context" not in bound
    if wants_context:
        parameters.discard("context")
        _check_context(annotations.get("context"))
    if unbound := sorted(parameters - set(bound)):
        raise SignatureError(f"parameters {unbound} are declared in Python but no decorator binds them")
    if missing := sorted(set(bound) - parameters):
        raise SignatureError(f"bindings {missing} are declared by a decorator but are no parameters of the function")
    trigger = next(binding for binding in bindings if binding.type in _CONVERTERS)
    has_return = any(binding.name == RETURN and binding.direction is Direction.OUT for binding in bindings)
    if has_return and "return" in annotations:
        _check_return(annotations["return"])
    return Signature(
        argument=trigger.name,
        kind=_argument_kind(trigger, annotations),
        wants_context=wants_context,
        is_async=inspect.iscoroutinefunction(handler),
        has_return=has_return,
    )


def _check_context(annotation: object) -> None:
    if annotation is not None and not (isinstance(annotation, type) and annotation.__name__ == "Context"):
        raise SignatureError(f'the "context" parameter must be annotated azure.functions.Context, not {annotation!r}')


def _check_return(annotation: object) -> None:
    if not isinstance(annotation, type):
        raise SignatureError(f"invalid non-type return annotation {annotation!r}: use func.HttpResponse or str")
    if not HttpResponseConverter.check_output_type_annotation(annotation):
        raise SignatureError(
            f"return annotation {annotation.__name__!r} does not match an http output: use func.HttpResponse or str"
        )


def _argument_kind(trigger: Binding, annotations: dict[str, Any]) -> ArgumentKind:
    if trigger.name not in annotations:
        return ArgumentKind.BOUND
    annotation = annotations[trigger.name]
    # PEP 585 and PEP 604 forms (list[X], X | None) are no types to the worker, typing.List[X] is one.
    is_typing_generic = typing.get_origin(annotation) not in (None, typing.Union) and not isinstance(
        annotation, (types.GenericAlias, types.UnionType)
    )
    if not isinstance(annotation, type) and not is_typing_generic:
        raise SignatureError(f"binding {trigger.name} has invalid non-type annotation {annotation!r}")
    if annotation in (str, bytes) and trigger.type == "serviceBusTrigger":
        return ArgumentKind.RAW
    converter = _CONVERTERS[trigger.type]
    try:
        accepted = converter.check_input_type_annotation(annotation)
    except TypeError:  # issubclass() of a typing generic
        accepted = False
    if not accepted:
        raise SignatureError(f"annotation {annotation!r} of {trigger.name} does not match its {trigger.type}")
    return ArgumentKind.BOUND
