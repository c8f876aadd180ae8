"""What the Functions host itself demands of a function, and the worker does not check: names, routes, settings.

An app may index in the worker and still be refused, or never fire, in Azure; so every rule here stops the start.
Sources: https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger (routes),
.../functions-bindings-service-bus-trigger, .../functions-bindings-timer, .../functions-bindings-error-pages (retries).
"""

import re
from collections.abc import Mapping, Sequence

from local.host.bindings import (
    Binding,
    Cardinality,
    DataType,
    Direction,
    HttpTriggerBinding,
    ServiceBusTriggerBinding,
    TimerTriggerBinding,
    TriggerBinding,
)
from local.host.functions import Function, HttpTrigger, ServiceBusTrigger, TimerTrigger, Trigger
from local.host.host_json import HostJson
from local.host.ncrontab import parse_schedule
from local.host.service_bus.entity import parse_entity
from local.host.settings import resolve_references, service_bus_connection
from local.host.signature import RETURN
from local.host.web.routes import compile_template

_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_-]{0,127}", re.IGNORECASE)
_BINDING_NAME = re.compile(r"[a-z_][a-z0-9_]{0,127}", re.IGNORECASE)
_RESERVED_ROUTE = re.compile(r"(admin|runtime)(/|$)", re.IGNORECASE)


class RuleError(ValueError):
    """The host would refuse this function; the text is the sentence that says why."""


def check_names(function_name: str, bindings: Sequence[Binding]) -> None:
    """Function and binding names that the host accepts; raises RuleError."""
    if not _FUNCTION_NAME.fullmatch(function_name) or function_name.casefold() == "host":
        raise RuleError(
            "its name is refused by the host: a letter, then letters, digits, '_' or '-', 128 at most, and not 'host'"
        )
    seen: set[str] = set()
    for binding in bindings:
        if binding.name != RETURN and (not _BINDING_NAME.fullmatch(binding.name) or "__" in binding.name):
            raise RuleError(
                f"binding name {binding.name!r} is refused by the host: letters, digits and single underscores"
            )
        if binding.name.casefold() in seen:
            raise RuleError(f"binding name {binding.name!r} is used twice")
        seen.add(binding.name.casefold())


def single_trigger(bindings: Sequence[Binding]) -> TriggerBinding:
    """The one trigger of a function; raises RuleError for another number or a binding that is not served here."""
    triggers = [binding for binding in bindings if binding.type.casefold().endswith("trigger")]
    if len(triggers) != 1:
        raise RuleError(f"it has {len(triggers)} triggers; exactly one is needed")
    trigger = triggers[0]
    if not isinstance(trigger, HttpTriggerBinding | ServiceBusTriggerBinding | TimerTriggerBinding):
        raise RuleError(f"{trigger.type} is not served by this local host (http, timer and Service Bus triggers are)")
    for binding in bindings:
        is_http_output = binding.type == "http" and binding.direction is Direction.OUT and binding.name == RETURN
        if binding is trigger or (is_http_output and isinstance(trigger, HttpTriggerBinding)):
            continue
        raise RuleError(f"binding {binding.name!r} of type {binding.type} is not served by this local host")
    if isinstance(trigger, HttpTriggerBinding) and len(bindings) == 1:
        raise RuleError(f"its http trigger has no {RETURN} http output, so no answer could be sent")
    return trigger


def resolve_trigger(
    name: str, binding: TriggerBinding, host_json: HostJson, environ: Mapping[str, str], *, has_retry: bool
) -> Trigger:
    """The trigger with its settings filled in; raises ValueError (RuleError, SettingError) with the rule broken."""
    if isinstance(binding, HttpTriggerBinding):
        return _http(name, binding)
    if isinstance(binding, TimerTriggerBinding):
        schedule = parse_schedule(resolve_references(binding.schedule, environ))
        return TimerTrigger(schedule, binding.run_on_startup, binding.use_monitor)
    if has_retry:
        raise RuleError(
            "retry policies do not exist for Service Bus triggers: the queue's delivery count does that work"
        )
    if not host_json.extension_bundle:
        raise RuleError(
            "serviceBusTrigger needs an extensionBundle in host.json, without it nothing would ever fire in Azure"
        )
    return _service_bus(binding, environ)


def _http(name: str, binding: HttpTriggerBinding) -> HttpTrigger:
    route = (binding.route if binding.route is not None else name).strip("/") or name
    if _RESERVED_ROUTE.match(route):
        raise RuleError(f"route {route!r} is reserved: routes must not begin with 'admin' or 'runtime'")
    compile_template(route)
    methods = frozenset(method.upper() for method in binding.methods) if binding.methods else None
    return HttpTrigger(route, methods, binding.auth_level)


def _service_bus(binding: ServiceBusTriggerBinding, environ: Mapping[str, str]) -> ServiceBusTrigger:
    if binding.cardinality is Cardinality.MANY:
        raise RuleError("cardinality 'many' is not served by this local host: use 'one'")
    if binding.is_sessions_enabled:
        raise RuleError("sessions are not served by this local host")
    if binding.queue_name is not None:
        entity = parse_entity(resolve_references(binding.queue_name, environ))
    elif binding.topic_name is not None and binding.subscription_name is not None:
        entity = parse_entity(
            resolve_references(binding.subscription_name, environ), resolve_references(binding.topic_name, environ)
        )
    else:
        raise RuleError("a Service Bus trigger needs a queue name, or a topic name and a subscription name")
    return ServiceBusTrigger(
        connection=service_bus_connection(binding.connection, environ),
        entity=entity,
        binary=binding.data_type is DataType.BINARY,
        auto_complete=binding.auto_complete_messages,
    )


def conflicts(functions: Sequence[Function]) -> list[str]:
    """Sentences for names and routes that two functions share; the host tells names apart without case."""
    problems = []
    names: dict[str, str] = {}
    routes: list[tuple[str, str, frozenset[str] | None]] = []
    for function in functions:
        other = names.setdefault(function.name.casefold(), function.name)
        if other != function.name:
            problems.append(
                f"functions {other} and {function.name} differ in case only; the host takes them for the same"
            )
        if not isinstance(function.trigger, HttpTrigger):
            continue
        shape = re.sub(r"\{[^{}]*\}", "{}", function.trigger.route).casefold()
        methods = function.trigger.methods
        for other_name, other_shape, other_methods in routes:
            if shape == other_shape and (methods is None or other_methods is None or methods & other_methods):
                problems.append(
                    f"function {function.name}: route /{function.trigger.route} is taken by {other_name} already"
                )
        routes.append((function.name, shape, methods))
    return problems


def warnings(functions: Sequence[Function]) -> list[str]:
    """Sentences for what works but surprises."""
    return [
        f"function {function.name}: its body is taken as text, so top-level properties of a JSON body overwrite "
        "the message's own metadata; data_type=func.DataType.BINARY avoids that"
        for function in functions
        if isinstance(function.trigger, ServiceBusTrigger) and not function.trigger.binary
    ]
