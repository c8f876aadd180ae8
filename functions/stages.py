"""The stage queues: each message is a wake-up for one offboarding."""

import logging

import azure.functions as func

from shared.composition import bootstrap
from shared.composition.telemetry import traced
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.states import Stage

bp = func.Blueprint()
log = logging.getLogger("offboarding")


def _handle(msg: func.ServiceBusMessage, context: func.Context, stage: Stage) -> None:
    from shared.contracts.wake_up import parse_wake_up
    from shared.pipeline.runner import handle_wake_up

    with traced(context, msg):
        try:
            wake = parse_wake_up(msg.get_body(), stage)
        except InvalidRequestError as error:
            # Completed, not raised: a message that cannot be read now can never be read, and the store is the truth.
            log.warning("wake-up on queue %s dropped: %s", stage.value, error)
            return
        handle_wake_up(wake, bootstrap.services())


# One function for each queue: Azure scales, meters and dead-letters each by itself. BINARY keeps a JSON body from
# overwriting the message's own metadata in the host.
@bp.function_name("plan")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-plan", data_type=func.DataType.BINARY
)
def plan(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Identify the customer, read everything, plan."""
    _handle(msg, context, Stage.PLAN)


@bp.function_name("suspend")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-suspend", data_type=func.DataType.BINARY
)
def suspend(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Suspend what is safe once suspended."""
    _handle(msg, context, Stage.SUSPEND)


@bp.function_name("cancel")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-cancel", data_type=func.DataType.BINARY
)
def cancel(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Cancel, return, or set to end with the term."""
    _handle(msg, context, Stage.CANCEL)


@bp.function_name("verify")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-verify", data_type=func.DataType.BINARY
)
def verify(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Read everything again and decide."""
    _handle(msg, context, Stage.VERIFY)


@bp.function_name("remove")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-remove", data_type=func.DataType.BINARY
)
def remove(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Remove the relationship, if nothing is active any more."""
    _handle(msg, context, Stage.REMOVE)


@bp.function_name("confirm")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-confirm", data_type=func.DataType.BINARY
)
def confirm(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Prove the removal."""
    _handle(msg, context, Stage.CONFIRM)


@bp.function_name("restore")
@bp.service_bus_queue_trigger(
    arg_name="msg", connection="ServiceBus", queue_name="offboarding-restore", data_type=func.DataType.BINARY
)
def restore(msg: func.ServiceBusMessage, context: func.Context) -> None:
    """Put back what a withdrawn offboarding changed."""
    _handle(msg, context, Stage.RESTORE)
