"""Watchers of the dead-letter queues: nothing that lands there stays unseen. Nothing is lost there."""

import azure.functions as func

from shared import bootstrap
from shared.domain.offboarding import Stage
from shared.stages.watch import watch_request, watch_stage
from shared.telemetry import traced

bp = func.Blueprint()


def _properties(msg: func.ServiceBusMessage) -> dict[str, str]:
    return {str(name): str(value) for name, value in (msg.application_properties or {}).items()}


def _watch(msg: func.ServiceBusMessage, context: func.Context, stage: Stage) -> None:
    with traced(context, msg):
        watch_stage(msg.get_body(), stage, _properties(msg), bootstrap.services)


@bp.function_name("watch_requests")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-requests/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_requests(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """A dead-lettered request is taken in once more, or answered."""
    with traced(context, msg):
        watch_request(msg.get_body(), msg.message_id or "", _properties(msg), bootstrap.services)


@bp.function_name("watch_plan")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-plan/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_plan(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Show a dead-lettered plan message."""
    _watch(msg, context, Stage.PLAN)


@bp.function_name("watch_suspend")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-suspend/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_suspend(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Show a dead-lettered suspend message."""
    _watch(msg, context, Stage.SUSPEND)


@bp.function_name("watch_cancel")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-cancel/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_cancel(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Show a dead-lettered cancel message."""
    _watch(msg, context, Stage.CANCEL)


@bp.function_name("watch_verify")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-verify/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_verify(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Show a dead-lettered verify message."""
    _watch(msg, context, Stage.VERIFY)


@bp.function_name("watch_remove")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-remove/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_remove(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Show a dead-lettered remove message."""
    _watch(msg, context, Stage.REMOVE)


@bp.function_name("watch_confirm")
@bp.service_bus_queue_trigger(
    arg_name="msg",
    connection="ServiceBus",
    queue_name="offboarding-confirm/$DeadLetterQueue",
    data_type=func.DataType.BINARY,
)
def watch_confirm(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Show a dead-lettered confirm message."""
    _watch(msg, context, Stage.CONFIRM)
